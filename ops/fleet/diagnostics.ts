import type { EngineEvent } from "@pulumi/pulumi/automation";
import { describeFailure } from "../failure";

/** What is told beside that anyway: that a command has failed, and of the lab where its plugins are. */
const NO_NEWS = /^(preview|update) failed$|^using pulumi-\S+ from \$PATH /;

/** What an engine tells beside its steps, each once: warnings, and why it failed. */
export class Diagnostics {
  private readonly told = { warning: new Set<string>(), error: new Set<string>() };

  /** To be given every event. */
  public add({ diagnosticEvent }: EngineEvent): void {
    if (diagnosticEvent === undefined) return;
    const { severity, message, urn } = diagnosticEvent;
    if (severity !== "warning" && severity !== "error") return;
    const text = message.replaceAll(/<\{%.*?%\}>/g, "").trim();
    const resource = urn?.split("::").at(-1);
    if (!NO_NEWS.test(text)) this.told[severity].add(resource ? `${resource}: ${text}` : text);
  }

  public warnings(): string[] {
    return [...this.told.warning].map((text) => `warning: ${text}`);
  }

  /** Why a command failed. @param error - what it failed with, where its engine came to say nothing */
  public failure(error: unknown): string[] {
    const errors = [...this.told.error].map((text) => `error: ${text}`);
    return errors.length > 0 ? errors : [describeFailure(error)];
  }
}
