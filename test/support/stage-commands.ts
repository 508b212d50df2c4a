import fc from 'fast-check';

/** Picks one of the candidates at that moment: a number, modulo how many there are. */
export type Pick = number;

export type Command =
  | { readonly do: 'pass'; readonly wall: number; readonly cpu: number; readonly thread: number }
  | { readonly do: 'use heap'; readonly kib: number }
  | { readonly do: 'open a handle'; readonly where: Pick; readonly label: string }
  | { readonly do: 'end a handle'; readonly which: Pick }
  | { readonly do: 'start a call'; readonly where: Pick; readonly label: string }
  | { readonly do: 'settle a call'; readonly which: Pick; readonly fails: boolean }
  | {
      readonly do: 'run';
      readonly where: Pick;
      readonly label: string;
      readonly body: Command[];
      readonly fails: boolean;
    };

export const label = fc.constantFrom('a', 'b', 'c', 'a.b', '__proto__');
export const { command } = fc.letrec<{ command: Command }>((tie) => ({
  command: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ do: fc.constant('pass' as const), wall: fc.nat(1_000), cpu: fc.nat(1_000), thread: fc.nat(1_000) }),
    fc.record({ do: fc.constant('use heap' as const), kib: fc.nat(100) }),
    fc.record({ do: fc.constant('open a handle' as const), where: fc.nat(), label }),
    fc.record({ do: fc.constant('end a handle' as const), which: fc.nat() }),
    fc.record({ do: fc.constant('start a call' as const), where: fc.nat(), label }),
    fc.record({ do: fc.constant('settle a call' as const), which: fc.nat(), fails: fc.boolean() }),
    fc.record({
      do: fc.constant('run' as const),
      where: fc.nat(),
      label,
      body: fc.array(tie('command'), { maxLength: 6 }),
      fails: fc.boolean(),
    }),
  ),
}));
