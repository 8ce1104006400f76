// A CSV file with SendX's own JavaScript SDK, so many promises under way:
// sdk_promises.cjs FILE PROMISES. Connections are kept, which the SDK leaves to its user.
const fs = require("fs");
const http = require("http");
const sendx = require("sendx-javascript-sdk");

const [file, promises] = [process.argv[2], Number(process.argv[3])];
const client = sendx.ApiClient.instance;
client.basePath = process.env.SENDX_BASE_URL;
client.authentications.TeamApiKey.apiKey = process.env.SENDX_API_KEY;
client.requestAgent = new http.Agent({ keepAlive: true, maxSockets: promises });

const rows = fs.readFileSync(file, "utf8").trimEnd().split(/\r?\n/).slice(1);
const tracking = new sendx.TrackingApi();

async function sendRows() {
  while (rows.length) {
    const [email, firstName, lastName, ...tags] = rows.pop().replaceAll('"', "").split(",");
    const answer = await tracking.identifyContact({ email, firstName, lastName, tags });
    process.stdout.write(`${answer.message}\n`);
  }
}

Promise.all(Array.from({ length: promises }, sendRows)).then(
  () => client.requestAgent.destroy(),
  () => process.exit(1),
);
