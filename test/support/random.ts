/**
 * Property tests draw the same cases every time, so that a change is judged and not luck. `KMM_FUZZ=1` draws new ones;
 * `KMM_FUZZ=<seed>` draws those again.
 */
import fc from "fast-check";

const wanted = process.env["KMM_FUZZ"];
if (wanted !== "1") fc.configureGlobal({ seed: Number(wanted ?? 20_260_601) });
