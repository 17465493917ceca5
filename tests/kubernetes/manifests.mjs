// SPDX-License-Identifier: MIT
//
// The manifests of deploy/kubernetes, rendered by `kubectl kustomize` and judged without a cluster:
// by the schemas of Kubernetes, the Gateway API and the Prometheus operator, with no field that they
// do not know; by the Pod Security Standard "restricted"; and by what has to agree: selectors, ports,
// names, settings, limits. Then each rule is shown to catch what it is for.
//
//   node tests/kubernetes/manifests.mjs --write   puts the rules into prometheusrule.yaml
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import yaml from 'js-yaml';
import { BINARY, check, finish, ROOT } from '../e2e/harness.mjs';

const OVERLAYS = ['image', 'feedback', 'git-sync', 'git', 'single'];
const rulesFile = path.join(ROOT, 'deploy/monitoring/guidanced.rules.yaml');
const wrapped = path.join(ROOT, 'deploy/monitoring/prometheusrule.yaml');
const labels = { 'app.kubernetes.io/name': 'guidanced', 'app.kubernetes.io/component': 'server', 'app.kubernetes.io/part-of': 'guidance' };
const wrap = () =>
  `# Made of guidanced.rules.yaml by \`node tests/kubernetes/manifests.mjs --write\`.\n${yaml.dump({ apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata: { name: 'guidanced', labels }, spec: yaml.load(fs.readFileSync(rulesFile, 'utf8')) }, { lineWidth: -1 })}`;
if (process.argv.includes('--write')) {
  fs.writeFileSync(wrapped, wrap());
  process.exit(0);
}
check('the PrometheusRule has the rules of guidanced.rules.yaml (else: --write)', fs.readFileSync(wrapped, 'utf8') === wrap());

// kustomize of 1.21 and later takes a directory as a resource; Debian 12's is older.
const version = /GitVersion:?"?v?1\.(\d+)|Client Version: v1\.(\d+)/.exec(spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' }).stdout ?? '');
if (!version || +(version[1] ?? version[2]) < 21) {
  console.log('kubernetes: skipped: there is no kubectl of 1.21 or later');
  finish('kubernetes');
  process.exit();
}
const render = (name) => {
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', path.join(ROOT, 'deploy/kubernetes', name)], { encoding: 'utf8', timeout: 60000 });
  check(`${name}: rendered, without a warning`, status === 0 && !stderr, stderr);
  return status === 0 ? yaml.loadAll(stdout).filter(Boolean) : [];
};

// ---- schemas ----

const PACKAGES = [['kubernetes-models', /^(v1|apps\/|policy\/|autoscaling\/|networking\.k8s\.io\/)/], ['@kubernetes-models/gateway-api', /^gateway\./], ['@kubernetes-models/prometheus-operator', /^monitoring\./]];
async function validator({ apiVersion, kind }) {
  const found = PACKAGES.find(([, groups]) => groups.test(apiVersion));
  const file = found && path.join(ROOT, 'tests/kubernetes/node_modules', found[0], apiVersion, `${kind}.js`);
  if (!file || !fs.existsSync(file)) return null;
  const schema = /_schemas\/[\w.]+js/.exec(fs.readFileSync(file, 'utf8'))[0];
  return (await import(path.join(ROOT, 'tests/kubernetes/node_modules', found[0], schema))).validate;
}

// Records what a validator asks for: a field that it never asks for is none of the schema's.
function recorded(value, seen, at = '') {
  if (value === null || typeof value !== 'object') return value;
  return new Proxy(value, {
    get(target, key, receiver) {
      const got = Reflect.get(target, key, receiver);
      if (typeof key === 'symbol' || !Object.hasOwn(target, key)) return got;
      seen.add(`${at}/${key}`);
      return recorded(got, seen, `${at}/${key}`);
    },
  });
}
const fieldsOf = (value, at = '') =>
  value === null || typeof value !== 'object' ? [] : Object.entries(value).flatMap(([key, below]) => [`${at}/${key}`, ...fieldsOf(below, `${at}/${key}`)]);

// What the schemas say only "an object" of is not looked into.
const OPEN = /^\/(metadata|data)\/|\/(labels|annotations|matchLabels|requests|limits)\/|^\/spec\/selector\/|^\/spec\/groups\/\d+\/rules\/\d+\//;
async function schemaFaults(doc) {
  const validate = await validator(doc);
  const seen = new Set();
  if (!validate) return [`${doc.kind} of ${doc.apiVersion}: no schema`];
  const faults = validate(recorded(doc, seen)) ? [] : validate.errors.map((e) => `${e.instancePath} ${e.message ?? e.keyword}`);
  // Only the topmost of what is unknown.
  for (const field of fieldsOf(doc))
    if (!seen.has(field) && !OPEN.test(field) && seen.has(path.posix.dirname(field)) && !/\/\d+$/.test(field)) faults.push(`${field}: unknown field`);
  return faults;
}

// ---- Pod Security Standards: restricted ----

// Source: Kubernetes, "Pod Security Standards", in the order of its table.
const VOLUMES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'];
function podFaults({ spec }) {
  const faults = [];
  const pod = spec.securityContext ?? {};
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) if (spec[key]) faults.push(key);
  for (const volume of spec.volumes ?? [])
    for (const kind of Object.keys(volume)) if (kind !== 'name' && !VOLUMES.includes(kind)) faults.push(`volume ${volume.name} is ${kind}`);
  if (pod.sysctls) faults.push('sysctls');
  for (const c of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    const own = c.securityContext ?? {};
    const has = (key) => own[key] ?? pod[key];
    if (own.privileged) faults.push(`${c.name}: privileged`);
    if (own.allowPrivilegeEscalation !== false) faults.push(`${c.name}: allowPrivilegeEscalation`);
    if (!own.capabilities?.drop?.includes('ALL')) faults.push(`${c.name}: capabilities are not dropped`);
    if ((own.capabilities?.add ?? []).some((cap) => cap !== 'NET_BIND_SERVICE')) faults.push(`${c.name}: capabilities are added`);
    if (has('runAsNonRoot') !== true) faults.push(`${c.name}: runAsNonRoot`);
    if (has('runAsUser') === 0) faults.push(`${c.name}: runAsUser 0`);
    if (!['RuntimeDefault', 'Localhost'].includes(has('seccompProfile')?.type)) faults.push(`${c.name}: seccompProfile`);
    if (own.procMount && own.procMount !== 'Default') faults.push(`${c.name}: procMount`);
    if ((c.ports ?? []).some((port) => port.hostPort)) faults.push(`${c.name}: hostPort`);
    // Beyond the standard, and ours.
    if (own.readOnlyRootFilesystem !== true) faults.push(`${c.name}: the root file system can be written`);
    if (!c.resources?.limits?.memory || !c.resources?.requests?.memory) faults.push(`${c.name}: no memory limit or request`);
  }
  if (spec.automountServiceAccountToken !== false) faults.push('a token is mounted');
  return faults;
}

// ---- what has to agree ----

const MI = { Mi: 1, Gi: 1024 };
const mebibytes = (text) => +/\d+/.exec(text)[0] * MI[/[MG]i/.exec(text)[0]];
const matches = (selector, of) => Object.entries(selector ?? {}).length > 0 && Object.entries(selector).every(([key, value]) => of[key] === value);
function agreement(docs) {
  const faults = [];
  const all = (kind) => docs.filter((doc) => doc.kind === kind);
  const [deployment] = all('Deployment');
  const { template, selector, strategy } = deployment.spec;
  const pod = template.metadata.labels;
  const server = template.spec.containers.find((c) => c.name === 'guidanced');
  const ports = Object.fromEntries(server.ports.map((port) => [port.name, port.containerPort]));
  const fault = (ok, words) => ok || faults.push(words);
  fault(matches(selector.matchLabels, pod), 'the deployment does not select its pods');
  for (const doc of docs) {
    fault(doc.kind === 'Namespace' ? doc.metadata.name === 'guidance' : doc.metadata.namespace === 'guidance', `${doc.kind}: another namespace`);
    if (!['Namespace', 'ConfigMap'].includes(doc.kind))
      fault(['name', 'component', 'part-of'].every((key) => doc.metadata.labels?.[`app.kubernetes.io/${key}`]), `${doc.kind} ${doc.metadata.name}: recommended labels`);
  }
  for (const service of all('Service')) {
    fault(matches(service.spec.selector, pod), 'the service selects nothing');
    fault(service.spec.ports.every((port) => ports[port.targetPort]), 'the service leads to no port');
  }
  for (const doc of [...all('PodDisruptionBudget'), ...all('PodMonitor')]) fault(matches(doc.spec.selector.matchLabels, pod), `${doc.kind} selects nothing`);
  for (const budget of all('PodDisruptionBudget')) fault(budget.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow', 'pods that are not ready hold drains up');
  for (const policy of all('NetworkPolicy')) fault(matches(policy.spec.podSelector.matchLabels, pod), 'a network policy selects nothing');
  fault(all('NetworkPolicy').some((p) => p.spec.policyTypes.includes('Ingress') && p.spec.policyTypes.includes('Egress')), 'traffic is not closed by default');
  for (const endpoint of all('PodMonitor').flatMap((doc) => doc.spec.podMetricsEndpoints)) fault(ports[endpoint.port], 'scrapes ask no port');
  for (const scaler of all('HorizontalPodAutoscaler')) {
    fault(scaler.spec.scaleTargetRef.name === deployment.metadata.name, 'the autoscaler scales nothing');
    fault(scaler.spec.behavior?.scaleDown?.stabilizationWindowSeconds >= 60, 'the autoscaler has no behaviour');
    fault(server.resources.requests.cpu && deployment.spec.replicas === undefined, 'the autoscaler has nothing to go by, or is overruled');
  }
  const services = all('Service').map((doc) => doc.metadata.name);
  for (const ingress of all('Ingress')) {
    const hosts = ingress.spec.rules.map((rule) => rule.host);
    fault(ingress.spec.rules.every((rule) => rule.http.paths.every((p) => services.includes(p.backend.service.name))), 'the ingress leads nowhere');
    fault(hosts.every((host) => ingress.spec.tls?.some((tls) => tls.hosts.includes(host) && tls.secretName)), 'the ingress has no TLS');
  }
  for (const route of all('HTTPRoute')) fault(route.spec.rules.every((rule) => rule.backendRefs.every((ref) => services.includes(ref.name))), 'the route leads nowhere');
  fault(all('Ingress').length + all('HTTPRoute').length > 0, 'there is no way in');
  const spreads = template.spec.topologySpreadConstraints ?? [];
  for (const key of ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'])
    fault(spreads.some((s) => s.topologyKey === key && s.matchLabelKeys?.includes('pod-template-hash') && matches(s.labelSelector.matchLabels, pod)), `not spread by ${key}`);
  // Every probe asks a port, every volume is there, every map exists under its checksummed name.
  for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) fault(ports[server[probe]?.httpGet.port], `${probe} asks no port`);
  const volumes = (template.spec.volumes ?? []).map((v) => v.name);
  const containers = [...template.spec.containers, ...(template.spec.initContainers ?? [])];
  for (const c of containers) for (const mount of c.volumeMounts ?? []) fault(volumes.includes(mount.name), `${c.name}: no volume ${mount.name}`);
  const maps = all('ConfigMap').map((doc) => doc.metadata.name);
  const named = [...server.envFrom.map((e) => e.configMapRef?.name), ...(template.spec.volumes ?? []).map((v) => v.configMap?.name)].filter(Boolean);
  for (const name of named) fault(maps.includes(name) && /-[a-z0-9]{10}$/.test(name), `${name}: no such map, or its name is no checksum`);
  // Time to drain, memory for connections.
  const env = Object.fromEntries([...Object.entries(docs.find((d) => d.kind === 'ConfigMap' && d.metadata.name === server.envFrom[0].configMapRef.name)?.data ?? {}), ...(server.env ?? []).map((e) => [e.name, e.value])]);
  const seconds = (text) => parseInt(text, 10);
  const sidecar = containers.some((c) => c.args?.includes('ship')) ? 20 : 0;
  fault(template.spec.terminationGracePeriodSeconds >= seconds(env.GUIDANCED_DRAIN_DELAY) + seconds(env.GUIDANCED_DRAIN_TIMEOUT) + sidecar + 5, 'killed while it drains');
  // 96 MiB of its own, and for each connection 48 KiB, a head twice and a body (docs/operations.md,
  // "Sizing"; tests/e2e/memory.mjs).
  const each = 48 + 2 * 16 + parseInt(env.GUIDANCED_LIMITS_BODY_BYTES ?? '64k', 10);
  fault(mebibytes(server.resources.limits.memory) >= 96 + (+env.GUIDANCED_LIMITS_CONNECTIONS * each) / 1024, 'more connections than memory');
  fault(strategy.type === 'Recreate' || strategy.rollingUpdate.maxUnavailable === 0, 'an update takes replicas away first');
  fault(strategy.type === 'Recreate' || deployment.spec.minReadySeconds >= 5, 'an update does not wait for the balancer');
  const persistent = (template.spec.volumes ?? []).some((v) => v.persistentVolumeClaim);
  fault(env.GUIDANCED_FEEDBACK_ENABLED !== 'true' || persistent || sidecar, 'feedback is taken and goes with the pod');
  return { faults, env };
}

const everyFault = async (docs) => [
  ...(await Promise.all(docs.map(async (doc) => (await schemaFaults(doc)).map((f) => `${doc.kind}${f}`)))).flat(),
  ...docs.filter((doc) => doc.spec?.template?.spec?.containers).flatMap((doc) => podFaults(doc.spec.template)),
  ...agreement(docs).faults,
];

for (const name of OVERLAYS) {
  const docs = render(name);
  if (!docs.length) continue;
  const faults = await everyFault(docs);
  check(`${name}: ${docs.length} manifests are valid`, !faults.length, faults.join('\n    '));
  // The server itself knows every setting of theirs.
  const { status, stderr } = spawnSync(BINARY, ['serve', '--site', ROOT, '--print-config'], { encoding: 'utf8', env: { ...process.env, ...agreement(docs).env } });
  check(`${name}: its settings are settings`, status === 0 && !stderr.includes('GUIDANCED_'), stderr);
}
{
  const docs = render('image');
  check('the dashboard is in its map', JSON.parse(docs.find((doc) => doc.metadata.name === 'guidanced-dashboard').data['guidanced.dashboard.json']).panels.length > 10);
  check('the namespace is restricted', docs.find((doc) => doc.kind === 'Namespace').metadata.labels['pod-security.kubernetes.io/enforce'] === 'restricted');
  const kinds = (name) => render(name).map((doc) => doc.kind);
  check('git-sync comes in by a gateway', kinds('git-sync').includes('HTTPRoute'));
  check('a single one has a disk, and nothing to scale', kinds('single').includes('PersistentVolumeClaim') && !kinds('single').includes('HorizontalPodAutoscaler') && !kinds('single').includes('PodDisruptionBudget'));
}

// ---- negative controls: one thing wrong, and it is caught ----

const good = render('feedback');
const WRONG = [
  ['a field that is misspelt', (d) => { d.Deployment.spec.replica = 2; }, /unknown field/],
  ['one deep below', (d) => { d.server.readinessProbe.httpGet.prot = 'admin'; }, /unknown field/],
  ['a text for a number', (d) => { d.server.ports[0].containerPort = '8080'; }, /number|integer|type/],
  ['a kind without a schema', (d) => { d.Service.kind = 'Servise'; }, /no schema/],
  ['a missing selector', (d) => { delete d.Deployment.spec.selector; d.Deployment.spec.selector = {}; }, /select/],
  ['a value that is none of the choices', (d) => { d.server.imagePullPolicy = 3; }, /string|type/],
  ['privileged', (d) => { d.server.securityContext.privileged = true; }, /privileged/],
  ['escalation', (d) => { delete d.server.securityContext.allowPrivilegeEscalation; }, /allowPrivilegeEscalation/],
  ['capabilities', (d) => { d.server.securityContext.capabilities.drop = []; }, /not dropped/],
  ['an added capability', (d) => { d.server.securityContext.capabilities.add = ['SYS_ADMIN']; }, /are added/],
  ['root', (d) => { d.pod.securityContext.runAsNonRoot = false; }, /runAsNonRoot/],
  ['user 0', (d) => { d.server.securityContext.runAsUser = 0; }, /runAsUser/],
  ['no seccomp', (d) => { delete d.pod.securityContext.seccompProfile; }, /seccomp/],
  ['a folder of the host', (d) => { d.pod.volumes.push({ name: 'x', hostPath: { path: '/' } }); }, /hostPath/],
  ['the network of the host', (d) => { d.pod.hostNetwork = true; }, /hostNetwork/],
  ['a port of the host', (d) => { d.server.ports[0].hostPort = 80; }, /hostPort/],
  ['a sidecar as well', (d) => { d.pod.initContainers[0].securityContext.privileged = true; }, /ship: privileged/],
  ['a root that can be written', (d) => { d.server.securityContext.readOnlyRootFilesystem = false; }, /root file system/],
  ['no limit of memory', (d) => { delete d.server.resources.limits; }, /memory/],
  ['more connections than memory', (d) => { d.settings.data.GUIDANCED_LIMITS_CONNECTIONS = '9000'; }, /more connections/],
  ['larger bodies than memory', (d) => { delete d.settings.data.GUIDANCED_LIMITS_BODY_BYTES; }, /more connections/],
  ['a service that selects nothing', (d) => { d.Service.spec.selector = { app: 'x' }; }, /selects nothing/],
  ['a service to no port', (d) => { d.Service.spec.ports[0].targetPort = 'web'; }, /no port/],
  ['an ingress without TLS', (d) => { delete d.Ingress.spec.tls; }, /no TLS/],
  ['an ingress to nowhere', (d) => { d.Ingress.spec.rules[0].http.paths[0].backend.service.name = 'x'; }, /leads nowhere/],
  ['a budget that holds drains up', (d) => { delete d.PodDisruptionBudget.spec.unhealthyPodEvictionPolicy; }, /hold drains/],
  ['an autoscaler of nothing', (d) => { d.HorizontalPodAutoscaler.spec.scaleTargetRef.name = 'x'; }, /scales nothing/],
  ['no spreading by zone', (d) => { d.pod.topologySpreadConstraints.shift(); }, /not spread/],
  ['a map that is not there', (d) => { d.server.envFrom[0].configMapRef.name = 'x'; }, /no such map/],
  ['a volume that is not there', (d) => { d.server.volumeMounts[0].name = 'x'; }, /no volume/],
  ['no wait for the balancer', (d) => { delete d.Deployment.spec.minReadySeconds; }, /does not wait/],
  ['a short grace', (d) => { d.pod.terminationGracePeriodSeconds = 30; }, /killed while/],
  ['feedback that goes with the pod', (d) => { d.pod.initContainers = []; }, /goes with the pod/],
  ['no labels', (d) => { delete d.Service.metadata.labels; }, /recommended labels/],
];
for (const [name, change, expected] of good.length ? WRONG : []) {
  const docs = structuredClone(good);
  const by = Object.fromEntries(docs.map((doc) => [doc.kind, doc]));
  const pod = by.Deployment.spec.template.spec;
  const server = pod.containers[0];
  change({ ...by, pod, server, settings: docs.find((doc) => doc.metadata.name === server.envFrom[0].configMapRef.name) });
  const faults = await everyFault(docs).catch((error) => [`threw: ${error.message}`]);
  check(`caught: ${name}`, faults.some((fault) => expected.test(fault)), faults.join('; ') || 'nothing was found');
}
finish('kubernetes');
