import { expect, test } from 'vitest';
import { Demangler } from '../../src/symbols/demangler.js';

test.each([
  // By g++ 12.
  ['_ZN3FooC2Ev', 'Foo::Foo()'],
  ['_ZN3foo3barEv.cold', 'foo::bar() [clone .cold]'],
  ['_ZN12_GLOBAL__N_11fEv', '(anonymous namespace)::f()'],
  ['_ZZ4mainENKUlvE_clEv', 'main::{lambda()#1}::operator()() const'],
  ['_ZNSt6vectorIiSaIiEE9push_backEOi', 'std::vector<int, std::allocator<int> >::push_back(int&&)'],
  // By rustc 1.95, and with its option for the older scheme.
  ['_RINvNtCsh537bOAIRKx_3lib6shapes3sumNtB2_5PointEB4_', 'lib::shapes::sum::<lib::shapes::Point>'],
  ['_RNvXNtCsh537bOAIRKx_3lib6shapesNtB2_5PointNtB2_4Area4area', '<lib::shapes::Point as lib::shapes::Area>::area'],
  ['_ZN3lib6shapes5inner17h09331e3422e3dd9bE', 'lib::shapes::inner'],
  ['_ZN3lib6shapes5inner17h09331e3422e3dd9bE.llvm.1234', 'lib::shapes::inner'],
  [
    '_ZN56_$LT$lib..shapes..Point$u20$as$u20$lib..shapes..Area$GT$4area17ha1b35c3c82c03b44E',
    '<lib::shapes::Point as lib::shapes::Area>::area',
  ],
])('%s is %s', (symbol, name) => {
  const demangler = new Demangler();
  expect(demangler.nameOf(symbol)).toBe(name);
  expect(demangler.nameOf(symbol)).toBe(name);
});

test.each([
  'main',
  '',
  '_',
  '_start',
  '_Rb_tree',
  '_RTC',
  '_Z',
  '_ZN',
  '_Zebra',
  '_Z4füüv',
  '_ZN3fo',
  '_GLOBAL__sub_I_main.cc',
  // Names of other linkers. A function of C may have one by chance.
  '?f@@YAHXZ',
  '-[A b]',
  '$s4main3fooyyF',
  `_Z1f${'P'.repeat(50_000)}i`,
  `_Z1f${'1aI'.repeat(20_000)}i${'E'.repeat(20_000)}`,
])('%j stays as it is', (symbol) => {
  expect(new Demangler().nameOf(symbol)).toBe(symbol);
});

test('instances do not share what they have of the demangler', () => {
  const [first, second] = [new Demangler(), new Demangler()];
  expect(first.nameOf('_ZN1a1bEv')).toBe('a::b()');
  expect(second.nameOf('_ZN1a1cEv')).toBe('a::c()');
  expect(first.nameOf('_ZN1a1dEv')).toBe('a::d()');
});

/** A short name for a text of 2^n parts: each type is made of two of the one before. */
function exponential(n: number): string {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  return `_Z1f1aIiiE${Array.from({ length: n }, (_, i) => `S_IS${digits[i]}_S${digits[i]}_E`).join('')}`;
}

test('names that stand for endless texts stay mangled, and soon no name costs anything', () => {
  const demangler = new Demangler();
  expect(demangler.nameOf(exponential(5))).toContain('a<a<int, int>, a<int, int> >');
  expect(demangler.nameOf(exponential(12))).toBe(exponential(12));
  expect(demangler.nameOf('_ZN1a1bEv')).toBe('a::b()');

  const begin = process.cpuUsage().user;
  const before = process.memoryUsage.rss();
  for (let n = 26; n > 10; n--) expect(demangler.nameOf(exponential(n))).toBe(exponential(n));
  expect((process.cpuUsage().user - begin) / 1e6).toBeLessThan(5);
  expect(process.memoryUsage.rss() - before).toBeLessThan(256 * 2 ** 20);
  // What was not demangled before is no longer tried.
  expect(demangler.nameOf('_ZN1a1cEv')).toBe('_ZN1a1cEv');
  expect(demangler.nameOf('_ZN1a1bEv')).toBe('a::b()');
});
