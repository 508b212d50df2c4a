import { unpacked } from './unpack.js';

// The script of the page is packed as its data is, which makes the page half as large. A script that is put into the page
// this way runs only because the policy names its hash.
const page = document.getElementById('page')!;
try {
  unpacked(document.getElementById('code')!).then(
    (text) => {
      const script = document.createElement('script');
      script.textContent = text;
      document.body.append(script);
    },
    (error) => fail(error),
  );
} catch (error) {
  fail(error);
}

function fail(error: unknown): void {
  page.textContent = `This page cannot be shown: it needs a browser of 2023 or later (${error}).`;
  page.dataset.state = 'failed';
}
