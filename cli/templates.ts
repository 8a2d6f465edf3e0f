/** Complete, working projects that `cdkvm init` writes. */
export interface Template {
  readonly description: string;
  /** Paths and contents. A program is in `main.ts`. */
  readonly files: (project: { readonly name: string }) => Readonly<Record<string, string>>;
}

const cdktfJson = `${JSON.stringify({ language: "typescript", app: "node main.ts", output: "cdktf.out" }, null, 2)}\n`;

const tsconfig = `${JSON.stringify(
  {
    compilerOptions: {
      target: "es2024",
      module: "nodenext",
      types: ["node"],
      strict: true,
      noEmit: true,
      erasableSyntaxOnly: true,
      verbatimModuleSyntax: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
    },
    include: ["*.ts"],
  },
  null,
  2,
)}\n`;

const readme = (name: string, first: string): string => `# ${name}

A fleet of virtual machines as code, with [cdkvm](https://www.npmjs.com/package/cdkvm).

\`\`\`sh
npm install
npx cdkvm doctor    # checks whether this machine can run guests
npx cdkvm plan      # shows the changes
npx cdkvm apply     # makes them
npx cdkvm destroy   # removes everything
\`\`\`

${first} The state of each host is in \`terraform.<stack>.tfstate\`; keep it safe, or move it to a shared backend.
`;

const ignore = "node_modules/\ncdktf.out/\n*.tfstate\n*.tfstate.*\n*.tfplan\n";

export const templates: Readonly<Record<string, Template>> = {
  blank: {
    description: "a network and a guest with an empty disk, which boots from the network; needs no image",
    files: ({ name }) => ({
      "cdktf.json": cdktfJson,
      "tsconfig.json": tsconfig,
      ".gitignore": ignore,
      "README.md": readme(name, "`main.ts` is the fleet."),
      "main.ts": `import { App, HostStack, Network, VM } from "cdkvm";

const app = new App();
const host = new HostStack(app, ${JSON.stringify(name)}, { uri: process.env["LIBVIRT_DEFAULT_URI"] ?? "qemu:///system" });

const lab = new Network(host, "lab", { ipv4: "10.17.3.0/24" });

// An installed system instead of an empty disk:
//   const debian = new Image(host, "debian", { url: "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2" });
//   disks: [{ image: debian, size: "20 GiB" }], cloudInit: { users: [{ name: "me", sshKeys: ["ssh-ed25519 ..."] }] }, waitForIp: true
new VM(host, "web1", {
  cpus: 1,
  memory: "512 MiB",
  disks: [{ size: "10 GiB" }],
  networks: [{ network: lab, ip: "10.17.3.10" }],
  shutdownTimeout: "10 s", // nothing is installed yet that could shut down
});

app.synth();
`,
    }),
  },
  debian: {
    description: "a Debian guest from the cloud image, set up by cloud-init",
    files: ({ name }) => ({
      "cdktf.json": cdktfJson,
      "tsconfig.json": tsconfig,
      ".gitignore": ignore,
      "README.md": readme(name, "`main.ts` is the fleet. Its guest accepts the SSH key in `~/.ssh/id_ed25519.pub`."),
      "main.ts": `import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { App, HostStack, Image, Network, TerraformOutput, VM } from "cdkvm";

const app = new App();
const host = new HostStack(app, ${JSON.stringify(name)}, { uri: process.env["LIBVIRT_DEFAULT_URI"] ?? "qemu:///system" });

const debian = new Image(host, "debian", { url: "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2" });
const lab = new Network(host, "lab", { ipv4: "10.17.3.0/24" });

const web1 = new VM(host, "web1", {
  cpus: 2,
  memory: "1 GiB",
  disks: [{ image: debian, size: "20 GiB" }],
  networks: [{ network: lab, ip: "10.17.3.10" }],
  cloudInit: {
    users: [{ name: "me", sudo: true, sshKeys: [readFileSync(\`\${homedir()}/.ssh/id_ed25519.pub\`, "utf8").trim()] }],
    packages: ["nginx"],
  },
  waitForIp: true,
});

new TerraformOutput(host, "web1_ip", { value: web1.ip });

app.synth();
`,
    }),
  },
  fleet: {
    description: "two guests in a fleet file, without a program",
    files: ({ name }) => ({
      ".gitignore": ignore,
      "README.md": `# ${name}\n\n\`\`\`sh\nnpx cdkvm plan fleet.yaml\nnpx cdkvm apply fleet.yaml\n\`\`\`\n`,
      "fleet.yaml": `# yaml-language-server: $schema=node_modules/cdkvm/docs/reference/fleet.schema.json

hosts:
  ${name}:
    uri: qemu:///system

networks:
  lab:
    ipv4: 10.17.3.0/24

guests:
  web:
    count: 2
    memory: 512 MiB
    shutdownTimeout: 10 s # nothing is installed yet that could shut down
    disks:
      - size: 10 GiB
    networks:
      - network: lab
`,
    }),
  },
};
