/**
 * The first script of every context, before the user's own. It keeps the built-ins that it needs out of the user's reach,
 * and takes away what would give another answer on replay: chance and the clock. `Math.random` always runs through the
 * same numbers, and now is 1 January 1970.
 */
export const PRELUDE = `(() => {
  'use strict';
  const { parse, stringify } = JSON;
  const { apply, construct } = Reflect;
  const Exp = RegExp, Text = String, Promised = Promise, Fault = TypeError, Real = Date;
  const exec = Exp.prototype.exec, text = Real.prototype.toString;

  let seed = 1;
  Math.random = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  function Fixed(...given) {
    return new.target ? construct(Real, given.length === 0 ? [0] : given, new.target) : apply(text, new Real(0), []);
  }
  Fixed.prototype = Real.prototype;
  Fixed.prototype.constructor = Fixed;
  Object.assign(Fixed, { now: () => 0, parse: Real.parse, UTC: Real.UTC });
  globalThis.Date = Fixed;
  delete globalThis.performance;

  const call = (f, args) => {
    const value = apply(f, undefined, parse(args));
    if (typeof value === 'number') return value;
    if (value instanceof Promised) throw new Fault('it is asynchronous, and a score must be there at once');
    return stringify(value);
  };
  /** Groups of the last match that is not empty, else of the last one. */
  const match = (source, flags, input) => {
    const exp = new Exp(source, 'g' + flags);
    let found = null;
    for (;;) {
      const one = apply(exec, exp, [input]);
      if (one === null) return stringify(found);
      if (one[0] !== '' || found === null || found[0] === '') {
        found = [];
        for (let i = 0; i < one.length; i++) found[i] = one[i] === undefined ? null : one[i];
      }
      if (one[0] === '') exp.lastIndex++;
    }
  };
  return { function: call, pattern: match };
})()`;
