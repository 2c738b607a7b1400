// SPDX-License-Identifier: Apache-2.0
// Ways to set up a running slapd as a provider, by its own configuration (cn=config).
import type { TestSlapd } from '../support/slapd.js';

const MODULES = 'cn=module{0},cn=config';
const DATABASE = 'olcDatabase={1}mdb,cn=config';
const SYNCPROV = `olcOverlay={0}syncprov,${DATABASE}`;

/**
 * The session log is a database (slapo-accesslog): it outlives a restart. For a server without a session log of its own.
 * slapd reads it in the name of whoever follows, so that account must be let in, or there is silently no session log.
 */
export async function useAccesslog(slapd: TestSlapd): Promise<void> {
  await slapd.configure(`dn: ${MODULES}
changetype: modify
add: olcModuleLoad
olcModuleLoad: accesslog

dn: olcDatabase=mdb,cn=config
changetype: add
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: mdb
olcSuffix: cn=accesslog
olcAccess: to * by dn.exact="${slapd.managerDn}" read
olcDbDirectory: ${slapd.folder('accesslog')}
olcDbNoSync: TRUE
olcDbIndex: default eq
olcDbIndex: entryCSN,objectClass,reqEnd,reqResult,reqStart,reqDN,reqEntryUUID

dn: olcOverlay=accesslog,${DATABASE}
changetype: add
objectClass: olcOverlayConfig
objectClass: olcAccessLogConfig
olcOverlay: accesslog
olcAccessLogDB: cn=accesslog
olcAccessLogOps: writes
olcAccessLogSuccess: TRUE
`);
  // slapd 2.5.13 reads freed memory when it is told this while it runs.
  await slapd.configureOffline(`dn: ${SYNCPROV}
changetype: modify
replace: olcSpSessionlogSource
olcSpSessionlogSource: cn=accesslog
`);
}

/** Leaves the server without content synchronisation. */
export async function dropSyncprov(slapd: TestSlapd): Promise<void> {
  await slapd.configure(`dn: ${SYNCPROV}\nchangetype: delete\n`);
}

/** Makes each of the servers accept writes and replicate all the others (multi-provider). Ids are 1, 2, ... */
export async function replicate(servers: readonly TestSlapd[]): Promise<void> {
  for (const [index, slapd] of servers.entries()) {
    await slapd.configure(`dn: cn=config\nchangetype: modify\nreplace: olcServerID\nolcServerID: ${index + 1}\n`);
  }
  for (const slapd of servers) await startReplication(slapd, servers);
}

/** The server replicates the others, as their root: nobody else reads passwords, and entries without would be refused. */
export async function startReplication(slapd: TestSlapd, servers: readonly TestSlapd[]): Promise<void> {
  const consumers = servers.flatMap((other, index) =>
    other === slapd
      ? []
      : [
          `olcSyncrepl: rid=00${index + 1} provider=${other.ldapiUrl} bindmethod=sasl saslmech=EXTERNAL searchbase="${slapd.suffix}" type=refreshAndPersist retry="1 +"`,
        ],
  );
  const lines = [`dn: ${DATABASE}`, 'changetype: modify', 'replace: olcSyncrepl', ...consumers, '-'];
  await slapd.configure([...lines, 'replace: olcMultiProvider', 'olcMultiProvider: TRUE', ''].join('\n'));
}

/** The server hears nothing more of the others, as if the network between them were cut. */
export async function stopReplication(slapd: TestSlapd): Promise<void> {
  const lines = [`dn: ${DATABASE}`, 'changetype: modify', 'delete: olcMultiProvider', '-', 'delete: olcSyncrepl', ''];
  await slapd.configure(lines.join('\n'));
}
