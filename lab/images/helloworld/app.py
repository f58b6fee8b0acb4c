"""Istio's sample helloworld: what its published image serves, by an application of our own."""

import os

from flask import Flask

app = Flask(__name__)


@app.route("/hello")
def hello():
    return f"Hello version: {os.environ.get('SERVICE_VERSION')}, instance: {os.environ.get('HOSTNAME')}\n"


@app.route("/health")
def health():
    return "Helloworld is healthy"
