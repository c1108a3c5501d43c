// Stands in for Python in the tests of the page: a cell as printed gives what is stored, other code what its words say.
const asked = fetch(new URL(`pages/${new URL(location).searchParams.get("page") ?? "PAGE"}.json`, self.location));
const say = (type, more) => postMessage({type, ...more});
const stream = (text) => ({output_type: "stream", name: "stdout", text});
const verdict = (passed, mistake, status, html) => ({
  output_type: "execute_result", data: {"text/html": html}, metadata: {verdict: {exercise: "1a", passed, mistake, error: null, status}},
});

const judge = (code) => {
  if (/\[:, None\] \* W/.test(code)) return verdict(true, null, "Correct", `<div class="rnn-check"><p><strong>1a</strong></p><p>Below 1e-12.</p></div>`);
  if (/\.\.\./.test(code)) return verdict(false, null, "Not answered yet", `<div class="rnn-check"><p><strong>1a</strong></p><p>Write it.</p></div>`);
  return verdict(false, "order-swapped", "Not yet", `<div class="rnn-check"><p><strong>1a</strong></p><p>order-swapped: You scale columns, see <code>eq-jacobian</code>.</p></div>`);
};

let ran = 0;
addEventListener("message", async ({data: {type, id, code}}) => {
  if (type === "start") {
    say("loading", {what: "Python", loaded: 3.1e6, total: 9e6});
    return;
  }
  if (/slow fetch/.test(code)) return;
  if (/no network/.test(code)) return say("failed", {id, what: "network", sentence: "No network."});
  say("ready");
  say("running", {id});
  ran += 1;
  if (/die/.test(code)) return setTimeout(() => { throw new Error("dead"); });
  if (/how many/.test(code)) return say("done", {id, seconds: 0, outputs: [stream(`${ran} ran`)], error: null});
  if (/lost later/.test(code)) setTimeout(() => { throw new Error("dead"); }, 100);
  if (/while True/.test(code)) return;
  if (/sleep/.test(code)) await new Promise((done) => setTimeout(done, 1000));
  const {cells} = await (await asked).clone().json(), known = cells.find((cell) => cell.source.trimEnd() === code);
  const answer = {seconds: 0.02, outputs: [], error: null};
  if (/spectre/.test(code)) {
    const message = "name 'spectre' is not defined";
    answer.error = {kind: "NameError", message, line: 2, sentence: `Line 2: NameError: ${message}`, text: `Traceback\nNameError: ${message}`};
  } else if (/check\(/.test(code)) answer.outputs = [judge(code)];
  else if (/hostile/.test(code)) answer.outputs = [{output_type: "display_data", metadata: {}, data: {"text/html": `<b>bold</b><img src=x onerror="window.harmed = 1"><script>window.harmed = 1</script><div style="width: 3000px">wide</div><div style="position:fixed;inset:0;background:url(https://elsewhere.example/a.png)">over all</div><svg><image href="https://elsewhere.example/b.png"/></svg><img srcset="https://elsewhere.example/c.png 1x">`}}, stream("<i>not slanted</i>\n")];
  else answer.outputs = known ? known.outputs : [stream("[0.5, -0.1875] expected [0.5, -0.1875]\nanother line\n")];
  say("done", {id, ...answer});
});
