/** Says for each function of a client which request it makes. */
import { createClient } from "../../api/page/integration-service-client/index.js";

const requests = {};
let name;
const { setBaseUrl: _, ...functions } = createClient({
  baseUrl: "http://gateway.test",
  retries: 0,
  fetch: async (url, { method }) => {
    requests[name] = [method, new URL(url).pathname];
    throw new TypeError("this far and no further");
  },
});
for (name of Object.keys(functions)) {
  try {
    const called = functions[name]("id", "other");
    await (called.next?.() ?? called); // a stream asks when it is read
  } catch {
    // As it must: nothing was sent.
  }
}
console.log(JSON.stringify(requests));
