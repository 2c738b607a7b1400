// SPDX-License-Identifier: Apache-2.0
// Generated from docs/reference/openapi.json by generate.mjs beside it.
export interface paths {
    "/api/v1/systems/{system}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who did what, from where, and what came of it; newest first
         * @description Role admin. A write has two rows: that it was asked for, and what came of it.
         */
        get: operations["Audit.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a change set would do, without doing it
         * @description Role viewer. Says per node what would change, which bound processes would end, and which records are at fault. The id of the answer is what a destructive change set names when it is written.
         */
        post: operations["Changes.plan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write a change set into the directory
         * @description Role operator, and the token must have a DN. All of the change set is written, in the name of that DN, or nothing. Answered with 200 when the follower has seen it, with 202 when that takes longer than 20 seconds.
         */
        post: operations["Changes.write"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/changes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A change set, and what became of it
         * @description Role viewer. `state` and `written` say how far it is, `outcome` what came of it.
         */
        get: operations["Changes.show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/conditions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Conditions of the system and of its nodes
         * @description Role viewer. What is so now, and since when.
         */
        get: operations["Conditions.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events as they happen (server-sent; `data:` is one event)
         * @description Role viewer. Ends with the token. `Last-Event-ID`, or `after`, goes on behind that event; where events behind it are no longer kept, the first one is of the kind `lost`: read the topology again. With `follow=false` it ends with the last.
         */
        get: operations["Events.stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/held": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Changes the guard holds until a person decides
         * @description Role viewer. The hash names exactly this set of changes, for confirm and refuse.
         */
        get: operations["Held.read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/held/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let the held changes take effect
         * @description Role admin. Refused with 409 when the set is another than the one that the hash names.
         */
        post: operations["Held.confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/held/refuse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write the entries back into the directory
         * @description Role admin. Refused with 409 when the set is another than the one that the hash names.
         */
        post: operations["Held.refuse"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/processes/{vm}/{process}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Journal of a launched process, one JSON object a line, the last one `{"end"}` where it broke off
         * @description Role operator. Comes from the node, while its agent is connected; with `follow` the answer stays open.
         */
        get: operations["Logs.stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Nodes, ascending by nodeid
         * @description Role viewer. Pages of up to 1,000; `next` of a page is the `cursor` of the following one.
         */
        get: operations["Nodes.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/nodes/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One node
         * @description Role viewer. With its conditions and what its agent last said.
         */
        get: operations["Nodes.show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Operations, newest first
         * @description Role viewer. Ended operations are listed as well.
         */
        get: operations["Operations.list"];
        put?: never;
        /**
         * Restart processes, a few at a time, or see a drain through
         * @description Role operator. Answered with 202 at once; another manager goes on with it when this one ends.
         */
        post: operations["Operations.begin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/operations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One operation, and how far it is
         * @description Role viewer. Counts what is done, what failed and what is left.
         */
        get: operations["Operations.show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/operations/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a paused operation go on, trying again what failed
         * @description Role operator. What had failed is tried again before anything else is begun.
         */
        post: operations["Operations.resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/operations/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin nothing more of an operation
         * @description Role operator. What is under way is finished.
         */
        post: operations["Operations.stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/problems": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Directory records that cannot be used as they stand
         * @description Role viewer. Each with the rule that is broken and its remedy: docs/reference/problems.md.
         */
        get: operations["Problems.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/processes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Processes, wanted and real, ascending by vmid and number
         * @description Role viewer. Those of one VM or node with `vm` or `node`.
         */
        get: operations["Processes.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/revisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Revisions with author and changes, newest first
         * @description Role viewer. A revision is one batch of the directory that took effect.
         */
        get: operations["Revisions.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/revisions/{revision}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One revision
         * @description Role viewer. With each changed field before and after.
         */
        get: operations["Revisions.show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/revisions/{revision}/ldif": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a revision did to the directory as LDIF, and what takes it back
         * @description Role viewer. Passwords are left out.
         */
        get: operations["Revisions.ldif"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/revisions/{revision}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The change set that leads back to a revision; apply it by POST /changes
         * @description Role viewer. Changes nothing.
         */
        get: operations["Revisions.rollback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The system in numbers: how its directory is followed, nodes by state, what waits and what expires
         * @description Role viewer. What monitoring and `drvsctl status` show.
         */
        get: operations["Status.read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/topology": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The whole system: nodes, VMs and processes, desired beside actual
         * @description Role viewer. Large systems are better read by pages: /nodes, /vms, /processes.
         */
        get: operations["Topology.read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/vms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * VMs with their processes, ascending by vmid
         * @description Role viewer. Pages of up to 1,000; `next` of a page is the `cursor` of the following one.
         */
        get: operations["Vms.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/systems/{system}/vms/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One VM
         * @description Role viewer. With its processes on each node, also where it spans that node no longer.
         */
        get: operations["Vms.show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        ApiError: {
            type: string;
            title: string;
            status: number;
            code: string;
            detail?: string;
            remedy?: string;
            instance?: string;
        };
        ApiEvent: {
            id: string;
            at: string;
            /** @enum {string} */
            kind: "revision" | "node-state" | "process-state" | "bind" | "unbind" | "vm-up" | "vm-down" | "problem" | "held" | "condition" | "unit-failed" | "operation" | "lost";
            revision: string | null;
            node: string | null;
            vm: string | null;
            process: string | null;
            message: string;
        };
        AuditPage: {
            revision: string;
            items: components["schemas"]["AuditView"][];
            next: string | null;
        };
        AuditView: {
            id: string;
            at: string;
            system: string | null;
            actor: string;
            address: string | null;
            action: string;
            target: string;
            /** @enum {string} */
            outcome: "asked" | "done" | "refused" | "failed";
            reason: string | null;
            message: string | null;
            request: string | null;
            before: unknown;
            after: unknown;
        };
        ChangeRequest: {
            ldif?: string;
            operations?: ({
                /** @enum {string} */
                op: "add";
                dn: string;
                attributes: {
                    [key: string]: string[];
                };
                binary?: {
                    [key: string]: string[];
                };
            } | {
                /** @enum {string} */
                op: "modify";
                dn: string;
                changes: {
                    /** @enum {string} */
                    op: "add" | "delete" | "replace";
                    attribute: string;
                    values: string[];
                    binary?: string[];
                }[];
            } | {
                /** @enum {string} */
                op: "delete";
                dn: string;
            } | {
                /** @enum {string} */
                op: "rename";
                dn: string;
                newRdn: string;
                newSuperior?: string;
            })[];
            plan?: string;
            force?: boolean;
            reason?: string;
        };
        ChangeSet: {
            ldif?: string;
            operations?: ({
                /** @enum {string} */
                op: "add";
                dn: string;
                attributes: {
                    [key: string]: string[];
                };
                binary?: {
                    [key: string]: string[];
                };
            } | {
                /** @enum {string} */
                op: "modify";
                dn: string;
                changes: {
                    /** @enum {string} */
                    op: "add" | "delete" | "replace";
                    attribute: string;
                    values: string[];
                    binary?: string[];
                }[];
            } | {
                /** @enum {string} */
                op: "delete";
                dn: string;
            } | {
                /** @enum {string} */
                op: "rename";
                dn: string;
                newRdn: string;
                newSuperior?: string;
            })[];
        };
        ChangeView: {
            id: string;
            /** @enum {string} */
            state: "waiting" | "writing" | "done" | "refused" | "failed";
            actor: string;
            reason: string | null;
            at: string;
            operations: number;
            written: number;
            revision: string | null;
            message: string | null;
        };
        ConditionPage: {
            revision: string;
            items: components["schemas"]["ConditionView"][];
            next: string | null;
        };
        ConditionView: {
            type: string;
            /** @enum {string} */
            status: "true" | "false" | "unknown";
            reason: string;
            message: string;
            since: string;
            /** @enum {string} */
            kind: "system" | "node";
            name: string;
        };
        HeldConflict: {
            type: string;
            title: string;
            status: number;
            code: string;
            detail?: string;
            remedy?: string;
            instance?: string;
            current: components["schemas"]["HeldView"];
        };
        HeldDecision: {
            hash: string;
            reason?: string;
        };
        HeldOutcome: {
            /** @enum {string} */
            decision: "confirmed" | "refused";
            revision: string;
            dns: string[];
            passwordsLost: string[];
        };
        HeldView: {
            hash: string;
            since: string | null;
            reason: string | null;
            effects: {
                processesEnded: number;
                placementsRemoved: number;
                nodesRemoved: number;
            };
            items: {
                /** @enum {string} */
                kind: "system" | "node" | "vm" | "process";
                dn: string;
                name: string;
                /** @enum {string} */
                change: "delete" | "modify";
                bound: {
                    vm: string;
                    name: string;
                    nr: number;
                    node: string;
                }[];
            }[];
        };
        JournalEntry: {
            at: string;
            priority: number;
            pid: number | null;
            text: string;
        };
        NodePage: {
            revision: string;
            items: components["schemas"]["NodeView"][];
            next: string | null;
        };
        NodeView: {
            name: string;
            nodeId: number;
            dn: string;
            /** @enum {string} */
            adminState: "active" | "cordoned" | "drained" | "paused" | "disabled";
            /** @enum {string} */
            state: "InSync" | "Progressing" | "Degraded" | "Reconnecting" | "Unknown" | "NeverSeen";
            held: boolean;
            invalid: boolean;
            addresses: string[];
            lastSeen: string | null;
            desiredRevision: string | null;
            appliedRevision: string | null;
            inSync: boolean;
            kernelNodeId: number | null;
            nodeIdSource: string;
            agentVersion: string | null;
            moduleVersion: string | null;
            kernel: string | null;
            bootId: string | null;
            acting: string;
            conditions: {
                type: string;
                /** @enum {string} */
                status: "true" | "false" | "unknown";
                reason: string;
                message: string;
                since: string;
            }[];
        };
        OperationPage: {
            revision: string;
            items: components["schemas"]["OperationView"][];
            next: string | null;
        };
        OperationPlan: {
            /** @enum {string} */
            kind: "restart" | "drain";
            revision: string;
            targets: {
                node: string;
                process: string | null;
            }[];
        };
        OperationRequest: {
            /** @enum {string} */
            kind: "restart";
            vm?: string;
            node?: string;
            processes?: string[];
            /** @default 1 */
            batch?: number;
            /** @default 0 */
            pauseSeconds?: number;
            /** @default 0 */
            maxFailures?: number;
            reason: string;
        } | {
            /** @enum {string} */
            kind: "drain";
            node: string;
            /** @default 600 */
            limitSeconds?: number;
            /** @default false */
            force?: boolean;
            reason: string;
        };
        OperationView: {
            id: string;
            /** @enum {string} */
            kind: "restart" | "drain";
            /** @enum {string} */
            state: "running" | "paused" | "done" | "failed" | "stopped";
            actor: string;
            reason: string;
            at: string;
            endedAt: string | null;
            message: string | null;
            progress: {
                total: number;
                done: number;
                failed: number;
                underWay: number;
            };
            targets: {
                node: string;
                process: string | null;
                /** @enum {string} */
                state: "waiting" | "asked" | "accepted" | "done" | "failed";
                message: string | null;
            }[];
        };
        PlanConflict: {
            type: string;
            title: string;
            status: number;
            code: string;
            detail?: string;
            remedy?: string;
            instance?: string;
            current: components["schemas"]["PlanView"];
        };
        PlanView: {
            id: string;
            revision: string;
            operations: number;
            faults: {
                index: number | null;
                line: number | null;
                dn: string | null;
                code: string;
                message: string;
                remedy: string;
            }[];
            problems: {
                dn: string;
                uuid?: string;
                attribute?: string;
                code: string;
                message: string;
                remedy: string;
                lastValidInForce: boolean;
            }[];
            objects: {
                /** @enum {string} */
                kind: "system" | "node" | "vm" | "process";
                /** @enum {string} */
                op: "add" | "modify" | "delete" | "rename" | "hold" | "release";
                dn: string;
            }[];
            nodes: {
                node: string;
                fields: string[];
            }[];
            effects: {
                processesEnded: number;
                placementsRemoved: number;
                nodesRemoved: number;
            };
            ends: {
                vm: string;
                name: string;
                nr: number;
                node: string;
            }[];
            destructive: boolean;
        };
        ProblemPage: {
            revision: string;
            items: components["schemas"]["ProblemView"][];
            next: string | null;
        };
        ProblemView: {
            dn: string;
            uuid?: string;
            attribute?: string;
            code: string;
            message: string;
            remedy: string;
            lastValidInForce: boolean;
            since: string;
        };
        ProcessPage: {
            revision: string;
            items: components["schemas"]["ProcessView"][];
            next: string | null;
        };
        ProcessView: {
            vm: string;
            vmId: number;
            name: string;
            nr: number;
            node: string;
            /** @enum {string} */
            kind: "launched" | "admitted" | "unmanaged";
            desired: boolean;
            held: boolean;
            invalid: boolean;
            /** @enum {string} */
            state: "bound" | "admitting" | "starting" | "stopping" | "failed" | "absent";
            stale: boolean;
            endpoint: number | null;
            pid: number | null;
            unit: string | null;
            activity: string | null;
            messagesSent: number;
            message?: string;
        };
        RevisionLdif: {
            revision: string;
            forward: string;
            backward: string;
        };
        RevisionPage: {
            revision: string;
            items: components["schemas"]["RevisionView"][];
            next: string | null;
        };
        RevisionView: {
            revision: string;
            at: string;
            cause: string;
            author: string | null;
            changes: {
                /** @enum {string} */
                kind: "system" | "node" | "vm" | "process";
                /** @enum {string} */
                op: "add" | "modify" | "delete" | "rename" | "hold" | "release";
                dn: string;
                before: unknown;
                after: unknown;
                csn: string | null;
                author: string | null;
            }[];
        };
        RollbackView: {
            revision: string;
            ldif: string;
            operations: number;
            passwordsLost: string[];
        };
        SystemStatus: {
            system: string;
            revision: string | null;
            storedRevision: string;
            epoch: {
                counter: number;
                uuid: string;
            } | null;
            follower: {
                /** @enum {string} */
                state: "current" | "catching-up" | "disconnected" | "standby";
                rung: string;
                stalenessSeconds: number;
                message: string | null;
            };
            problems: number;
            held: number;
            changesWaiting: number;
            nodes: {
                InSync: number;
                Progressing: number;
                Degraded: number;
                Reconnecting: number;
                Unknown: number;
                NeverSeen: number;
            };
            vms: number;
            processes: number;
            sessions: number;
            certificates: {
                /** @enum {string} */
                certificate: "server" | "ldap_ca" | "manager_ca";
                expiresAt: string;
            }[];
        };
        TopologyView: {
            system: string;
            base: string;
            revision: string;
            epoch: {
                counter: number;
                uuid: string;
            };
            follower: {
                /** @enum {string} */
                state: "current" | "catching-up" | "disconnected" | "standby";
                rung: string;
                stalenessSeconds: number;
                message: string | null;
            };
            problems: number;
            held: number;
            nodes: components["schemas"]["NodeView"][];
            vms: components["schemas"]["VmView"][];
        };
        VmPage: {
            revision: string;
            items: components["schemas"]["VmView"][];
            next: string | null;
        };
        VmView: {
            name: string;
            vmId: number;
            dn: string;
            /** @enum {string} */
            adminState: "running" | "stopped";
            /** @enum {string} */
            state: "up" | "partial" | "stopped" | "down" | "unknown";
            held: boolean;
            invalid: boolean;
            spans: string[];
            nodes: {
                node: string;
                state: string;
                stale: boolean;
            }[];
            processes: components["schemas"]["ProcessView"][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    "Audit.list": {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                actor?: string;
                action?: string;
                outcome?: "asked" | "done" | "refused" | "failed";
                since?: string;
                until?: string;
                after?: string;
                order?: "asc" | "desc";
            };
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who did what, from where, and what came of it; newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Changes.plan": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeSet"];
            };
        };
        responses: {
            /** @description What a change set would do, without doing it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanView"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Changes.write": {
        parameters: {
            query?: {
                dryRun?: "true" | "false";
            };
            header?: {
                /** @description One key, one request: sent again, it is answered and not done again */
                "Idempotency-Key"?: string;
                /** @description Revision that must still be the present one */
                "If-Match"?: string;
            };
            path: {
                /** @description Name of the DRVS */
                system: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeRequest"];
            };
        };
        responses: {
            /** @description Write a change set into the directory */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangeView"] | components["schemas"]["PlanView"];
                };
            };
            /** @description It is under way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangeView"];
                };
            };
            /** @description The state has changed */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["PlanConflict"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Changes.show": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A change set, and what became of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangeView"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Conditions.list": {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Conditions of the system and of its nodes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConditionPage"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Events.stream": {
        parameters: {
            query?: {
                after?: string;
                follow?: "true" | "false";
            };
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events as they happen (server-sent; `data:` is one event) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["ApiEvent"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Held.read": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Changes the guard holds until a person decides */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeldView"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Held.confirm": {
        parameters: {
            query?: {
                dryRun?: "true" | "false";
            };
            header?: {
                /** @description One key, one request: sent again, it is answered and not done again */
                "Idempotency-Key"?: string;
                /** @description Revision that must still be the present one */
                "If-Match"?: string;
            };
            path: {
                /** @description Name of the DRVS */
                system: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HeldDecision"];
            };
        };
        responses: {
            /** @description Let the held changes take effect */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeldOutcome"] | components["schemas"]["HeldView"];
                };
            };
            /** @description The state has changed */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["HeldConflict"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Held.refuse": {
        parameters: {
            query?: {
                dryRun?: "true" | "false";
            };
            header?: {
                /** @description One key, one request: sent again, it is answered and not done again */
                "Idempotency-Key"?: string;
                /** @description Revision that must still be the present one */
                "If-Match"?: string;
            };
            path: {
                /** @description Name of the DRVS */
                system: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HeldDecision"];
            };
        };
        responses: {
            /** @description Write the entries back into the directory */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeldOutcome"] | components["schemas"]["HeldView"];
                };
            };
            /** @description The state has changed */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["HeldConflict"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Logs.stream": {
        parameters: {
            query?: {
                lines?: number;
                follow?: "true" | "false";
            };
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
                vm: string;
                process: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Journal of a launched process, one JSON object a line, the last one `{"end"}` where it broke off */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["JournalEntry"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Nodes.list": {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nodes, ascending by nodeid */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodePage"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Nodes.show": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One node */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeView"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Operations.list": {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Operations, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationPage"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Operations.begin": {
        parameters: {
            query?: {
                dryRun?: "true" | "false";
            };
            header?: {
                /** @description One key, one request: sent again, it is answered and not done again */
                "Idempotency-Key"?: string;
                /** @description Revision that must still be the present one */
                "If-Match"?: string;
            };
            path: {
                /** @description Name of the DRVS */
                system: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OperationRequest"];
            };
        };
        responses: {
            /** @description Restart processes, a few at a time, or see a drain through */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationPlan"];
                };
            };
            /** @description It is under way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Operations.show": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One operation, and how far it is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Operations.resume": {
        parameters: {
            query?: {
                dryRun?: "true" | "false";
            };
            header?: {
                /** @description One key, one request: sent again, it is answered and not done again */
                "Idempotency-Key"?: string;
                /** @description Revision that must still be the present one */
                "If-Match"?: string;
            };
            path: {
                /** @description Name of the DRVS */
                system: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Let a paused operation go on, trying again what failed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Operations.stop": {
        parameters: {
            query?: {
                dryRun?: "true" | "false";
            };
            header?: {
                /** @description One key, one request: sent again, it is answered and not done again */
                "Idempotency-Key"?: string;
                /** @description Revision that must still be the present one */
                "If-Match"?: string;
            };
            path: {
                /** @description Name of the DRVS */
                system: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Begin nothing more of an operation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationView"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Problems.list": {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Directory records that cannot be used as they stand */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProblemPage"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Processes.list": {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                vm?: string;
                node?: string;
            };
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Processes, wanted and real, ascending by vmid and number */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProcessPage"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Revisions.list": {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revisions with author and changes, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevisionPage"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Revisions.show": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
                revision: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One revision */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevisionView"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Revisions.ldif": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
                revision: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a revision did to the directory as LDIF, and what takes it back */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevisionLdif"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Revisions.rollback": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
                revision: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The change set that leads back to a revision; apply it by POST /changes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RollbackView"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Status.read": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The system in numbers: how its directory is followed, nodes by state, what waits and what expires */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SystemStatus"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Topology.read": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole system: nodes, VMs and processes, desired beside actual */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TopologyView"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Vms.list": {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description VMs with their processes, ascending by vmid */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VmPage"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    "Vms.show": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the DRVS */
                system: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One VM */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VmView"];
                };
            };
            /** @description Why it was refused */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ApiError"];
                };
            };
        };
    };
}
