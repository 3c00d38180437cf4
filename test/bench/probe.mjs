// Loaded into a server under measurement: says on request how long its event loop was held up.
import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION = 2;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
delay.enable();

process.on("SIGUSR2", () => {
  const ms = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION);
  process.stderr.write(`probe ${JSON.stringify({ p99: ms(delay.percentile(99)), longest: ms(delay.max) })}\n`);
  delay.reset();
});
