// Server-sent events from a fetch: {event, data} with the data parsed as JSON.

export async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) yield parse(block);
  }
}

function parse(block) {
  const fields = { event: "message", data: "" };
  for (const line of block.split("\n")) {
    const [name, ...text] = line.split(":");
    if (name === "data") fields.data += text.join(":").trimStart();
    else if (name) fields[name] = text.join(":").trimStart();
  }
  return { ...fields, data: JSON.parse(fields.data || "{}") };
}
