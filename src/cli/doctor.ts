import { Command } from 'commander';
import { diagnose } from '../doctor/diagnosis.js';
import { doctorPage } from '../doctor/doctor-page.js';
import { EXIT_DONE } from '../os/exit-status.js';
import { layoutOf } from '../terminal/terminal.js';
import { addFormatFlags } from './format-flag.js';
import { type FullFlag, fullFlag } from './table-flags.js';

interface DoctorFlags extends FullFlag {
  readonly format: string;
}

export function doctorCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('doctor').description(
    'what can be measured here, how exactly, and what to do about what cannot',
  );
  addFormatFlags(command, ['table', 'json']).addOption(fullFlag());
  return command.action(({ format, ...shown }: DoctorFlags) => {
    const diagnosis = diagnose();
    const page =
      format === 'json' ? `${JSON.stringify(diagnosis)}\n` : doctorPage(diagnosis, layoutOf(process.stdout, shown));
    process.stdout.write(page);
    finish(EXIT_DONE);
  });
}
