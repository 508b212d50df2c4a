import { Command, Option } from 'commander';
import { diagnose } from '../doctor/diagnosis.js';
import { doctorPage } from '../doctor/doctor-page.js';
import { EXIT_DONE } from '../os/exit-status.js';
import { isPainted } from '../terminal/terminal.js';
import { painter } from '../text/paint.js';

export function doctorCommand(finish: (exitCode: number) => void): Command {
  return new Command('doctor')
    .description('what can be measured here, how exactly, and what to do about what cannot')
    .addOption(new Option('--format <format>', 'format of the result').choices(['table', 'json']).default('table'))
    .option('--json', 'the same as --format json')
    .action(({ format, json }: { format: string; json?: true }) => {
      const diagnosis = diagnose();
      const colour = isPainted(process.stdout);
      process.stdout.write(
        json === true || format === 'json' ? `${JSON.stringify(diagnosis)}\n` : doctorPage(diagnosis, painter(colour)),
      );
      finish(EXIT_DONE);
    });
}
