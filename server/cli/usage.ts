/** A call that cannot be taken: its message is all that is said, and the exit status is 2. */
export class UsageError extends Error {}

/** What the system calls an error, such as ENOENT. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
