/** `replicas`: how many of a workload there are. */
import { changeField, type FieldSpec } from "./field-specs.ts";
import { isOfType } from "./identity.ts";
import type { Item } from "./item.ts";
import { isUnknown, restyled, type Spot, scalarAt, textOf, unknownAt } from "./nodes.ts";
import { Refusal } from "./refusal.ts";
import { ItemStep, type Problems, type Step } from "./step.ts";

export class ReplicasStep implements Step {
  readonly #name: string;
  readonly #replica: Spot;
  readonly #fields: readonly FieldSpec[];
  readonly #each: ItemStep;

  constructor(replica: Spot, fields: readonly FieldSpec[]) {
    this.#name = textOf(replica.at("name")?.node);
    this.#replica = replica;
    this.#fields = fields;
    const count = replica.at("count");
    const place = count?.place ?? replica.place;
    const value = isUnknown(count?.node) ? unknownAt(place) : scalarAt(textOf(count?.node) || "0", "plain", place);
    this.#each = new ItemStep(replica.place, (item) => {
      let tree = item.tree;
      for (const field of fields)
        if (this.#isMeant(item, field))
          tree = changeField(tree, item.type, field, true, (node) =>
            node?.kind === "scalar" && node.unknown !== true && node.style === "plain" && node.text === value.text
              ? node
              : node?.kind === "scalar" && node.style !== "plain"
                ? restyled(value, "double")
                : value,
          );
      return tree === item.tree ? item : item.with(tree);
    });
  }

  run(items: readonly Item[], problems: Problems): readonly Item[] {
    let found = false;
    const result = items.flatMap((item) => {
      if (!this.#fields.some((field) => this.#isMeant(item, field))) return [item];
      found = true;
      return this.#each.apply(item, problems) ?? [];
    });
    if (!found && !isUnknown(this.#replica.at("name")?.node))
      problems.refused(
        new Refusal("target", { object: this.#name }),
        this.#replica.at("name")?.place ?? this.#replica.place,
      );
    return result;
  }

  #isMeant(item: Item, field: FieldSpec): boolean {
    return item.ids.some((id) => id.name === this.#name && isOfType(id, field));
  }
}
