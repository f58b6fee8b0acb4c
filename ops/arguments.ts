import { InvalidArgumentError } from "commander";
import { parseDuration } from "./verify";

/** A whole number from 1, as an argument of a command. */
export function positive(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError("give a whole number above 0");
  return count;
}

/** Seconds of a duration, as an argument of a command. */
export function duration(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined) throw new InvalidArgumentError("give a duration such as 90s, 5m or 1h30m");
  return seconds;
}
