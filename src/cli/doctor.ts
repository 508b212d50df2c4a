import { Command } from 'commander';
import { diagnose } from '../doctor/diagnosis.js';
import { doctorPage } from '../doctor/doctor-page.js';
import { EXIT_DONE } from '../os/exit-status.js';
import { isPainted } from '../terminal/terminal.js';
import { painter } from '../text/paint.js';

export function doctorCommand(finish: (exitCode: number) => void): Command {
  return new Command('doctor')
    .description('what can be measured here, how exactly, and what to do about what cannot')
    .option('--json', 'print the same as JSON')
    .action(({ json }: { json?: true }) => {
      const diagnosis = diagnose();
      const colour = isPainted(process.stdout);
      process.stdout.write(json === true ? `${JSON.stringify(diagnosis)}\n` : doctorPage(diagnosis, painter(colour)));
      finish(EXIT_DONE);
    });
}
