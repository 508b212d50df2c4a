import { Resvg } from '@resvg/resvg-js';
import { activeProfiler } from 'stageprof';

const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="1200"><circle cx="600" cy="600" r="500"/></svg>';
for (let i = 0; i < 40; i++) activeProfiler().stage('render', () => new Resvg(svg).render().asPng().length);
