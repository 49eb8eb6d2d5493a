import { get } from "../../kit/api.js";
import { html, useState } from "../../kit/html.js";
import { say } from "../../kit/text.js";
import { useRead } from "../../parts/read.js";
import { Empty, Failure, Loading } from "../../parts/states.js";
import { useTitle } from "../../parts/title.js";
import { Order } from "./by_wifi.js";

/** A plug whose board's serial port is wired to the hub's machine. */
export function ByPort() {
  useTitle(say("take.way.port"));
  const { value, problem, again } = useRead(() => get("/console/ports"), []);
  return html`
    <div class="bar"><h1>${say("take.way.port")}</h1><a class="q end" href="/take-home">${say("take.ways")}</a></div>
    ${problem ? html`<${Failure} problem=${problem} title=${say("take.port.failed")} again=${again} />`
      : !value ? html`<${Loading} what=${say("take.port.reading")} />`
      : value.ports.length ? html`<${Ports} ports=${value.ports} />`
      : html`<${Empty} title=${say("take.port.none")} actions=${html`<button type="button" class="b" onClick=${again}>${say("take.wifi.again")}</button>`}>${say("take.port.none.text")}<//>`}`;
}

function Ports({ ports }) {
  const [chosen, choose] = useState(ports[0].id);
  return html`
    <div class="two">
      <div class="stack">
        <section class="panel pad tight"><h2>${say("take.port.which")}</h2>
          <fieldset class="checks"><legend class="unseen">${say("take.port.which")}</legend>
            ${ports.map(({ id, name, description }) => html`<label class="check" key=${id}>
              <input type="radio" name="port" checked=${id === chosen} onChange=${() => choose(id)} /><span>${name}<small>${description}</small></span></label>`)}
          </fieldset></section>
        <${Order} more=${{ port: chosen }} />
      </div>
      <aside class="panel pad tight"><h2>${say("take.port.what")}</h2><p>${say("take.port.what.text")}</p><p class="q">${say("take.port.assumed")}</p></aside>
    </div>`;
}
