"""python3 pandas-summary.py FILE prints the sums, quantiles and worst inputs of each stage, as in docs/analysis.md."""

import json
import sys

import pandas as pd

rows = []
with open(sys.argv[1]) as lines:
    for line in lines:
        record = json.loads(line)
        for stage in record['profile']['stages']:
            rows.append({'input': record['input'], **stage})

stages = pd.DataFrame(rows).drop(columns=['wall_hist', 'growth_by_octave'], errors='ignore')
by_stage = stages.groupby('stage')
highest = [field for field in stages.columns if field.endswith('_max') or field.endswith('_max_s')]
sums = by_stage.sum(numeric_only=True)
sums[highest] = by_stage[highest].max()
print(sums.to_csv())
print(by_stage['wall_s'].quantile([0.5, 0.95, 0.99]).to_csv())
print(stages.loc[by_stage['wall_s'].idxmax(), ['stage', 'input']].to_csv())
print(stages.loc[by_stage['rss_kb_peak_max'].idxmax(), ['stage', 'input']].to_csv())
