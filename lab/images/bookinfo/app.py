"""Istio's sample bookinfo: what the published images of its services serve, by one application of our own."""

import json
import os
import urllib.error
import urllib.request

from flask import Flask, request

app = Flask(__name__)

SERVICE = os.environ["SERVICE"]
HEADERS = ["x-request-id", "traceparent", "tracestate", "end-user", "user-agent", "cookie", "authorization"]
PRODUCT = {"id": 0, "title": "The Comedy of Errors"}


def fetch(service, product):
    """What another service answers, with its status: 500 and nothing where it cannot be reached."""
    host = os.environ.get(f"{service.upper()}_HOSTNAME", service)
    port = os.environ.get(f"{service.upper()}_SERVICE_PORT", "9080")
    headers = {name: request.headers[name] for name in HEADERS if name in request.headers}
    call = urllib.request.Request(f"http://{host}:{port}/{service}/{product}", headers=headers)
    try:
        with urllib.request.urlopen(call, timeout=3) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, None
    except OSError:
        return 500, None


def fetch_or_error(service, product):
    status, answer = fetch(service, product)
    return (answer or {"error": f"Sorry, product {service} are currently unavailable for this book."}), status


def details(product):
    return {
        "id": product,
        "author": "William Shakespeare",
        "year": 1595,
        "type": "paperback",
        "pages": 200,
        "publisher": "PublisherA",
        "language": "English",
        "ISBN-10": "1234567890",
        "ISBN-13": "123-1234567890",
    }


def ratings(product):
    return {"id": product, "ratings": {"Reviewer1": 5, "Reviewer2": 4}}


def reviews(product):
    texts = {
        "Reviewer1": "An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!",
        "Reviewer2": "Absolutely fun and entertaining. The play lacks thematic depth when compared to other plays"
        " by Shakespeare.",
    }
    all_reviews = [{"reviewer": reviewer, "text": text} for reviewer, text in texts.items()]
    if os.environ.get("ENABLE_RATINGS") == "true":
        _, answer = fetch("ratings", product)
        for review in all_reviews:
            review["rating"] = (
                {"stars": answer["ratings"][review["reviewer"]], "color": os.environ.get("STAR_COLOR", "black")}
                if answer
                else {"error": "Ratings service is currently unavailable"}
            )
    return {
        "id": str(product),
        "podname": os.environ.get("HOSTNAME"),
        "clustername": os.environ.get("CLUSTER_NAME", "null"),
        "reviews": all_reviews,
    }


if SERVICE == "productpage":

    @app.route("/health")
    def health():
        return "Product page is healthy"

    @app.route("/")
    @app.route("/index.html")
    @app.route("/productpage")
    def page():
        book, _ = fetch_or_error("details", 0)
        opinions, _ = fetch_or_error("reviews", 0)
        parts = "".join(f"<pre>{json.dumps(part)}</pre>" for part in (book, opinions))
        return f"<title>Simple Bookstore App</title><h1>{PRODUCT['title']}</h1>{parts}"

    @app.route("/api/v1/products")
    def products():
        return [PRODUCT]

    @app.route("/api/v1/products/<int:product>")
    def product_details(product):
        return fetch_or_error("details", product)

    @app.route("/api/v1/products/<int:product>/<any(reviews, ratings):service>")
    def product_part(product, service):
        return fetch_or_error(service, product)

else:
    answer_of = {"details": details, "ratings": ratings, "reviews": reviews}[SERVICE]

    @app.route("/health")
    def health():
        return {"status": f"{SERVICE.capitalize()} is healthy"}

    @app.route(f"/{SERVICE}/<int:product>")
    def answer(product):
        return answer_of(product)
