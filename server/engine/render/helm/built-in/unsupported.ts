/** A template does what is not done here, or makes a mistake: the chart is then not rendered at all. */
export class Unsupported extends Error {}

/** A value is missing that the chart cannot do without. */
export class Missing extends Unsupported {
  readonly path: readonly string[];
  /** Only a condition looks at it. */
  asked = false;

  constructor(message: string, path: readonly string[]) {
    super(message);
    this.path = path;
  }
}

/** What a template prints is no YAML. */
export class Broken extends Unsupported {}
