// Programs that are measured: started on one core, watched through /proc, ended.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, readdirSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

const TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux that Node runs on
const running = [];

/** Starts a program on a core, with its output in a file. */
export function start(core, command, { cwd, log, env = {} }) {
  const output = openSync(log, "w");
  const child = spawn("taskset", ["--cpu-list", String(core), ...command], {
    cwd, env: { ...process.env, ...env }, stdio: ["ignore", output, output], detached: true,
  });
  closeSync(output);
  running.push(child);
  return child.pid;
}

/** Ends all that was started, with what it started itself. */
export function endAll() {
  for (const child of running) if (child.exitCode === null) process.kill(-child.pid, "SIGKILL");
}

/** Waits until `find` gives something. */
export async function until(what, find) {
  for (let count = 0; count < 600; count += 1) {
    const found = await find();
    if (found) return found;
    await wait(100);
  }
  assert.fail(`never came: ${what}`);
}

/** The address that a program printed. */
export const address = (log) => until(`an address in ${log}`, () => /listening on (\S+)/.exec(readFileSync(log, "utf8"))?.[1]);

const stat = (pid) => {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The program's name stands in parentheses and may hold spaces.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
};

/** The processes of a tree. */
function tree(root) {
  const parents = new Map();
  for (const name of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      parents.set(Number(name), stat(name).parent);
    } catch {
      // It ended meanwhile.
    }
  }
  const found = [root];
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child);
  return found;
}

/** Seconds of CPU that a tree has used. */
export const cpuSeconds = (pid) => tree(pid).reduce((sum, one) => sum + stat(one).ticks, 0) / TICKS_PER_SECOND;

/** The most memory that the processes of a tree ever held, in MiB. */
export function peakMemory(pid) {
  const peak = (one) => Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${one}/status`, "utf8"))?.[1] ?? 0);
  return tree(pid).reduce((sum, one) => sum + peak(one), 0) / 1024;
}
