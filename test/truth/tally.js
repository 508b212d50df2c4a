// Counts the outcomes of many random programs.

const mib = (kib) => `${Math.round(kib / 1024)} MiB`;

export class Tally {
  #programs = 0;
  #failed = 0;
  #cases = 0;
  #casesFailed = 0;
  /** Counts by kind of finding, and of what is not told by owner of the memory. */
  #told = new Map();
  #untold = new Map();
  #accounts = [];

  /** What makes the run fail. */
  get faults() {
    const wrong = [...this.#told.values()].reduce((all, row) => all + row.wrong, 0);
    return this.#failed + this.#casesFailed + wrong + this.#accounts.filter(isOver).length;
  }

  /** @returns {string[]} a line for each fault */
  addCase({ program }, faults) {
    this.#cases++;
    if (faults.length > 0) this.#casesFailed++;
    return faults.map((fault) => `CASE   ${program}: ${fault}`);
  }

  /** @returns {string[]} a line for each thing that is wrong or not told */
  add(seed, { failed, wrong = [], right = [], silent = [], unclear = [], account = null }) {
    this.#programs++;
    if (failed !== undefined) {
      this.#failed++;
      return [`FAILED seed ${seed}: ${failed}`];
    }
    for (const { kind } of right) count(this.#told, kind, 'right');
    for (const { kind } of wrong) count(this.#told, kind, 'wrong');
    for (const { owner } of silent) count(this.#untold, owner, 'silent');
    for (const { owner } of unclear) count(this.#untold, owner, 'unclear');
    const lines = wrong.map(
      ({ stage, kind, why, text }) => `WRONG  seed ${seed}: ${kind} of ${stage}: ${why}; told: ${text}`,
    );
    lines.push(
      ...silent.map(({ stage, owner, kib }) => `silent seed ${seed}: ${mib(kib)} of ${owner} kept by ${stage}`),
    );
    if (account !== null) {
      this.#accounts.push(account);
      if (isOver(account)) lines.push(`OVER   seed ${seed}: ${differences(account)}; bound ${mib(account.boundKib)}`);
    }
    return lines;
  }

  table() {
    const lines = [
      `${this.#cases} cases, ${this.#casesFailed} fall short; ${this.#programs} programs, ${this.#failed} failed`,
      '',
      line('finding', 'right', 'wrong'),
    ];
    for (const [kind, { right, wrong }] of [...this.#told].sort()) lines.push(line(kind, right, wrong));
    lines.push('', line('kept, not told', 'silent', 'unclear'));
    for (const [owner, { silent, unclear }] of [...this.#untold].sort()) lines.push(line(owner, silent, unclear));
    lines.push('', line('account', 'median', 'worst'));
    for (const name of new Set(this.#accounts.flatMap((account) => Object.keys(account.differences)))) {
      const kib = this.#accounts
        .flatMap((account) => account.differences[name] ?? [])
        .map(Math.abs)
        .sort((a, b) => a - b);
      lines.push(line(name, mib(kib[kib.length >> 1] ?? 0), mib(kib.at(-1) ?? 0)));
    }
    const others = this.#accounts.filter(({ sameMoment }) => !sameMoment).length;
    lines.push(`${others} accounts are of another moment than the mappings`);
    lines.push(`${this.#accounts.filter(isOver).length} of ${this.#accounts.length} accounts leave their bound`);
    return lines;
  }
}

/** Worker threads may have ended before the account was made. Their part of the mappings proves nothing then. */
const isOver = ({ sameMoment, boundKib, differences: all }) =>
  Math.abs(all.residual) > boundKib || (sameMoment && Object.values(all).some((kib) => Math.abs(kib) > boundKib));
const differences = (account) =>
  Object.entries(account.differences)
    .map(([name, kib]) => `${name} ${mib(kib)}`)
    .join(', ');

function count(rows, name, what) {
  if (!rows.has(name)) rows.set(name, { right: 0, wrong: 0, silent: 0, unclear: 0 });
  rows.get(name)[what]++;
}

const line = (name, ...cells) => name.padEnd(24) + cells.map((cell) => String(cell).padStart(10)).join('');
