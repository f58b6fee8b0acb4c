/** Remembers what was loaded under a key: all who ask share one answer, or one failure. */
export class Memo {
  private readonly entries = new Map<string, Promise<unknown>>();

  public once<T>(key: string, load: () => Promise<T>): Promise<T> {
    const known = this.entries.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const loading = load();
    this.entries.set(key, loading);
    return loading;
  }
}
