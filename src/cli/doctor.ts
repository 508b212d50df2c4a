import { Command } from 'commander';
import { diagnose } from '../doctor/diagnosis.js';
import { doctorPage } from '../doctor/doctor-page.js';
import { EXIT_DONE } from '../os/exit-status.js';
import { isPainted } from '../terminal/terminal.js';
import { painter } from '../text/paint.js';
import { addFormatFlags } from './format-flag.js';

export function doctorCommand(finish: (exitCode: number) => void): Command {
  const command = new Command('doctor').description(
    'what can be measured here, how exactly, and what to do about what cannot',
  );
  return addFormatFlags(command, ['table', 'json']).action(({ format }: { format: string }) => {
    const diagnosis = diagnose();
    const colour = isPainted(process.stdout);
    process.stdout.write(format === 'json' ? `${JSON.stringify(diagnosis)}\n` : doctorPage(diagnosis, painter(colour)));
    finish(EXIT_DONE);
  });
}
