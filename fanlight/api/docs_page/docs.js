// Renders the OpenAPI document as text nodes only.
const METHODS = ["get", "post", "put", "patch", "delete"];

function element(tag, text = "", className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

/** A schema in one line: `Run`, `string[]`, `string or null`. */
function nameOf(schema = {}) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf || schema.oneOf) return (schema.anyOf ?? schema.oneOf).map(nameOf).join(" or ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === "array") return `${nameOf(schema.items)}[]`;
  return schema.type ?? "any";
}

function table(heads, rows) {
  const made = element("table");
  made.createTHead().insertRow().append(...heads.map((head) => element("th", head)));
  const body = made.createTBody();
  for (const cells of rows) body.insertRow().append(...cells.map((cell) => element("td", cell)));
  return made;
}

function fieldsOf(schema) {
  const required = new Set(schema.required ?? []);
  return table(
    ["field", "type", ""],
    Object.entries(schema.properties ?? {}).map(([name, field]) => [
      name,
      nameOf(field) + (required.has(name) ? "" : ", optional"),
      field.description ?? "",
    ]),
  );
}

function schemaBlock(schema, schemas) {
  const block = element("div");
  const shown = schema.$ref ? schemas[nameOf(schema)] : schema;
  block.append(element("p", nameOf(schema), "path"));
  if (shown?.properties) block.append(fieldsOf(shown));
  return block;
}

function operationBlock(method, path, operation, schemas) {
  const block = element("details");
  block.id = operation.operationId;
  const head = element("summary");
  head.append(element("span", method.toUpperCase(), "method"), element("span", path, "path"));
  const inside = element("div");
  inside.append(element("p", operation.description ?? ""));
  if (operation.parameters?.length) {
    inside.append(
      element("h4", "Parameters"),
      table(
        ["name", "in", "type", ""],
        operation.parameters.map((each) => [each.name, each.in, nameOf(each.schema), each.description ?? ""]),
      ),
    );
  }
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  if (body) inside.append(element("h4", "Body"), schemaBlock(body, schemas));
  for (const [status, response] of Object.entries(operation.responses)) {
    for (const [type, content] of Object.entries(response.content ?? {})) {
      inside.append(element("h4", `${status} ${type}`), schemaBlock(content.schema ?? {}, schemas));
    }
  }
  block.append(head, inside);
  return block;
}

async function render() {
  const document_ = await (await fetch(new URL("./v1/openapi.json", location.href))).json();
  const schemas = document_.components?.schemas ?? {};
  document.querySelector("#about").textContent = `${document_.info.description} Version ${document_.info.version}.`;
  const sections = new Map();
  for (const [path, methods] of Object.entries(document_.paths)) {
    for (const method of METHODS) {
      if (!methods[method]) continue;
      const tag = methods[method].tags?.[0] ?? "other";
      if (!sections.has(tag)) sections.set(tag, []);
      sections.get(tag).push(operationBlock(method, path, methods[method], schemas));
    }
  }
  for (const [tag, blocks] of sections) {
    const link = element("a", tag);
    link.href = `#${tag}`;
    document.querySelector("#contents").append(link);
    const title = element("h2", tag);
    title.id = tag;
    document.querySelector("#operations").append(title, ...blocks);
  }
  const title = element("h2", "shapes");
  document.querySelector("#operations").append(
    title,
    ...Object.entries(schemas).map(([name, schema]) => {
      const block = element("details");
      const inside = element("div");
      inside.append(element("p", schema.description ?? ""), fieldsOf(schema));
      block.append(element("summary", name, "path"), inside);
      return block;
    }),
  );
}

render().catch((error) => {
  document.querySelector("#about").textContent = `The description could not be read (${error}).`;
});
