import ts from "typescript";

/** What a comment says of a config key. */
export interface Comment {
  readonly meaning: string;
  /** @default - the key has none */
  readonly default?: string | undefined;
  readonly see: readonly string[];
}

/** The TypeScript type beside a part of the schema, and what its comments say. */
export class DocumentedType {
  private constructor(
    private readonly checker: ts.TypeChecker,
    private readonly type: ts.Type,
  ) {}

  /** An exported type of a file. */
  static exportOf(file: string, name: string): DocumentedType {
    const program = ts.createProgram([file], {
      strict: true,
      noEmit: true,
      module: ts.ModuleKind.NodeNext,
      // The default ones are those of a browser, which take most of the time.
      lib: ["lib.es2023.d.ts"],
      types: [],
    });
    const checker = program.getTypeChecker();
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    const symbol = module && checker.getExportsOfModule(module).find((found) => found.name === name);
    if (symbol === undefined) throw new Error(`${file} exports no ${name}`);
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return new DocumentedType(checker, checker.getDeclaredTypeOfSymbol(target));
  }

  /** Name of an interface; a type that is none has no name, even where it has an alias. */
  get name(): string | undefined {
    return this.type.isClassOrInterface() ? this.type.symbol.name : undefined;
  }

  /** What is said of the type itself. */
  get comment(): Comment | undefined {
    return this.type.isClassOrInterface() ? this.commentOf(this.type.symbol) : undefined;
  }

  /** What is said of a property; where that says no meaning, its type's own is taken. */
  commentOn(key: string): Comment | undefined {
    const symbol = this.checker.getPropertyOfType(this.type, key);
    if (symbol === undefined) return undefined;
    const own = this.commentOf(symbol);
    if (own.meaning !== "") return own;
    const ofType = this.property(key)?.comment;
    return ofType && { ...ofType, default: own.default, see: [...own.see, ...ofType.see] };
  }

  property(key: string): DocumentedType | undefined {
    const symbol = this.checker.getPropertyOfType(this.type, key);
    return symbol && this.of(this.checker.getTypeOfSymbol(symbol));
  }

  /** The items of a list, or the values of a map. */
  get items(): DocumentedType | undefined {
    const item =
      this.checker.getIndexTypeOfType(this.type, ts.IndexKind.Number) ??
      this.checker.getIndexTypeOfType(this.type, ts.IndexKind.String);
    return item && this.of(item);
  }

  private of(type: ts.Type): DocumentedType {
    return new DocumentedType(this.checker, this.checker.getNonNullableType(type));
  }

  private commentOf(symbol: ts.Symbol): Comment {
    const tags = symbol.getJsDocTags(this.checker).map(({ name, text }) => ({
      name,
      text: ts.displayPartsToString(text).trim(),
    }));
    return {
      meaning: ts.displayPartsToString(symbol.getDocumentationComment(this.checker)).trim(),
      default: tags.find(({ name }) => name === "default")?.text.replace(/^- /, ""),
      see: tags.filter(({ name }) => name === "see").map(({ text }) => text),
    };
  }
}

/** A description that the schema has itself, for keys that are no part of the spec; written like a comment. */
export function parseDescription(text: string): Comment {
  const [meaning = "", fallback] = text.split(/\s*@default (?:- )?/);
  return { meaning: meaning.trim(), default: fallback?.trim(), see: [] };
}
