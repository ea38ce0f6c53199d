/**
 * Runs the user's own code and patterns in QuickJS compiled to WebAssembly: a JavaScript engine of its own, without
 * network, page, storage or any function of ours. Every request gets a fresh runtime, so none sees what an earlier one
 * left. Where it runs must be ended from outside too: a single built-in call can take long without asking for a stop.
 */
import variant from '@jitl/quickjs-wasmfile-release-sync';
import {
  newQuickJSWASMModuleFromVariant,
  Scope,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSWASMModule,
} from 'quickjs-emscripten-core';
import type { Untrusted, UntrustedAnswer } from '../promptwizard/llm.ts';
import { PRELUDE } from './prelude.ts';
import { failure, sentence, thrownOf, tooLong } from './words.ts';

/** Bytes. */
const MEMORY = 32 * 1024 * 1024;
const STACK = 256 * 1024;
/**
 * QuickJS asks whether to stop once in 10,000 steps (jumps and calls; steps back of a pattern). Counting these, and not
 * milliseconds, cuts the same code at the same place on every machine: after about a second on a usual one.
 */
const POLLS = { function: 10_000, pattern: 5_000 };
/** Characters of a value as JSON. */
const LONGEST_VALUE = 100_000;

/** Rejects only when the WebAssembly cannot be fetched or started. */
export type Evaluate = (request: Untrusted) => Promise<UntrustedAnswer>;

/** @param most times that it may ask */
export function createQuickJs(most: { readonly [K in Untrusted['kind']]: number } = POLLS): Evaluate {
  let loaded: Promise<QuickJSWASMModule> | null = null;
  return async (request) => {
    loaded ??= newQuickJSWASMModuleFromVariant(variant);
    try {
      return evaluateIn(await loaded, request, most[request.kind], () => (loaded = null));
    } catch (error) {
      loaded = null;
      throw error;
    }
  };
}

function evaluateIn(quickJs: QuickJSWASMModule, request: Untrusted, most: number, broken: () => void): UntrustedAnswer {
  const runtime = quickJs.newRuntime();
  runtime.setMemoryLimit(MEMORY);
  runtime.setMaxStackSize(STACK);
  let polls = 0;
  const cut = () => polls > most;
  runtime.setInterruptHandler(() => {
    polls++;
    return cut();
  });
  const context = runtime.newContext();
  let answer: UntrustedAnswer;
  try {
    answer = Scope.withScope((scope) => evaluate(context, scope, request));
    context.dispose();
    runtime.dispose();
  } catch {
    // What ran out of memory in the middle of something may be left in pieces; the next request gets a new engine.
    broken();
    answer ??= { ok: false, error: sentence(request.kind, 'broke the engine that it ran in') };
  }
  return cut() ? { ok: false, error: tooLong(request.kind) } : answer;
}

function evaluate(context: QuickJSContext, scope: Scope, request: Untrusted): UntrustedAnswer {
  const { kind } = request;
  const text = (value: string) => scope.manage(context.newString(value));
  const failed = (error: QuickJSHandle): UntrustedAnswer => {
    scope.manage(error);
    return {
      ok: false,
      error: failure(
        kind,
        thrownOf(() => context.dump(error)),
      ),
    };
  };
  const tools = context.evalCode(PRELUDE, 'prelude.js');
  if (tools.error) return failed(tools.error);
  scope.manage(tools.value);
  const tool = scope.manage(context.getProp(tools.value, kind));
  let args: QuickJSHandle[];
  if (kind === 'pattern') args = [request.pattern, request.flags, request.text].map(text);
  else {
    // A comment at the end of the code must not swallow the bracket, nor a semicolon stand before it.
    const code = context.evalCode(`(\n${request.code.replace(/[\s;]+$/, '')}\n)`, 'metric.js');
    if (code.error) return failed(code.error);
    scope.manage(code.value);
    if (context.typeof(code.value) !== 'function') return { ok: false, error: sentence(kind, 'is not a function') };
    args = [code.value, text(JSON.stringify(request.args))];
  }
  const result = context.callFunction(tool, context.undefined, args);
  if (result.error) return failed(result.error);
  const value = scope.manage(result.value);
  const type = context.typeof(value);
  if (type === 'number') return { ok: true, value: context.getNumber(value) };
  if (type !== 'string') return { ok: true, value: undefined };
  const json = context.getString(value);
  if (json.length > LONGEST_VALUE) return { ok: false, error: sentence(kind, 'gave back more than 100,000 characters') };
  return { ok: true, value: JSON.parse(json) };
}
