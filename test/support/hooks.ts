import * as pulumi from "@pulumi/pulumi";

/** The hooks before updates of everything below a component, as the engine would run them; the mocks run none. */
export class Hooks {
  private readonly byName = new Map<string, pulumi.ResourceHook>();

  /** Collects those of a component to which it is given, and of what is below it. */
  public readonly transformation: pulumi.ResourceTransformation = ({ opts }) => {
    const { hooks = {} } = opts as pulumi.CustomResourceOptions;
    for (const hook of [...(hooks.beforeCreate ?? []), ...(hooks.beforeUpdate ?? [])]) {
      if (pulumi.ResourceHook.isInstance(hook)) this.byName.set(hook.name, hook);
    }
    return undefined;
  };

  /** Runs one, with what it is told of the resource. */
  public async run(
    name: string,
    args: Partial<pulumi.ResourceHookArgs>,
  ): Promise<pulumi.ResourceHook["opts"]> {
    const hook = this.byName.get(name);
    if (hook === undefined)
      throw new Error(`there is no hook ${name}, only ${[...this.byName.keys()].join()}`);
    await hook.callback({ urn: "", id: "", name: "", type: "", ...args });
    return hook.opts;
  }
}
