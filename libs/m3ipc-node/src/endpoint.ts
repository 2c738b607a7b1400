// SPDX-License-Identifier: Apache-2.0
import { CallThread, timeoutOf, type WaitOptions } from './calls.js';
import { GRANT_ACCESS, copyParameters, type Copy, type Grant, type GrantAccess } from './copy.js';
import { M3Error, isM3Error } from './error.js';
import { ANY, MESSAGE_BYTES, SELF, decodeMessage, encodeMessage, type Message, type Outgoing } from './message.js';
import { loadAddon, type NativeAddon, type Operation } from './native.js';
import { privilegeNumbers, privilegesOf, type NativePrivileges, type Privileges } from './privileges.js';
import { Request } from './request.js';
import type { Binding } from './types.js';

const ENOTBIND = 310;
const OWN_VM = -1;

/** Kinds of notifications (enum m3ipc_notify_kind). */
const PLAIN = 0;
const BY_SOURCE = 1;
const BY_VALUE = 2;
const BY_HARDWARE = 3;

/** What a wait is for (enum m3ipc_wait_for). */
const WAIT_SELF = 0;
const WAIT_BIND = 1;
const WAIT_UNBIND = 2;

/**
 * One process of a VM: a Linux thread and its binding. Calls block that thread, never the event loop; they are carried
 * out in the order they are made, one at a time, as a process would. Only those that wait for somebody and take nothing
 * meanwhile (receive, rcvrqst, the second half of replyrec, the waits) make way for calls made later, and then go on: a
 * server that waits for requests can still reply, notify, copy or ask others.
 *
 * Calls reject with M3Error. Those that take WaitOptions can be given up: a message that was not taken is withdrawn
 * without trace, and the endpoint goes on as before. What succeeded before it could be given up has succeeded: no message
 * is lost to an abort.
 *
 * An endpoint stays bound until `close`, the end of its VM, an unbind by another, or the end of its worker or program.
 */
export class Endpoint implements AsyncIterable<Request>, AsyncDisposable {
  private readonly thread: CallThread;
  private readonly granted = new Map<number, Uint8Array>();
  private binding: Binding | undefined;
  private closing: Promise<void> | undefined;

  private constructor(
    call: string,
    private readonly native: NativeAddon,
  ) {
    this.thread = new CallThread(call, native);
  }

  /**
   * mnx_bind: binds a new thread as process `nr` of VM `vmId`.
   * @throws M3Error ESLOTUSED, EBADPROC, EDCNOTRUN, EBADOWNER (the slot is another's), EPRIVILEGES
   */
  static async bind(vmId: number, nr: number, native: NativeAddon = loadAddon()): Promise<Endpoint> {
    const endpoint = new Endpoint('bind', native);
    try {
      await endpoint.bind(vmId, nr);
      return endpoint;
    } catch (error) {
      await endpoint.close();
      throw error;
    }
  }

  /** A thread that is not bound: bind it by `bind`, or have another process bind its `tid` and await `wait4bind`. */
  static unbound(native: NativeAddon = loadAddon()): Endpoint {
    return new Endpoint('unbound', native);
  }

  /** Number and generation under which other processes of the VM know this one. @throws M3Error ENOTBIND */
  get endpoint(): number {
    return this.bound().endpoint;
  }

  /** @throws M3Error ENOTBIND */
  get vmId(): number {
    return this.bound().vmId;
  }

  /** Linux's id of the thread. */
  get tid(): number {
    return this.thread.tid;
  }

  // ---- life ----

  /** mnx_bind for this thread. */
  async bind(vmId: number, nr: number): Promise<void> {
    this.binding = { vmId, endpoint: (await this.call('bind', 'bind', [vmId, nr])) as number };
  }

  /** mnx_wait4bind: waits until this thread is bound, by anybody. */
  async wait4bind(options?: WaitOptions): Promise<Binding> {
    const parameters = [WAIT_SELF, OWN_VM, 0, timeoutOf(options)];
    this.binding = (await this.call('wait4bind', 'wait', parameters, options)) as Binding;
    return this.binding;
  }

  /**
   * mnx_unbind: leaves the VM and ends the thread. Calls under way fail with EINTR (a sendrec that was taken counts as given up),
   * later ones with ENOTBIND. Once it resolves the process is unbound for everybody.
   */
  close(): Promise<void> {
    this.closing ??= this.leave();
    return this.closing;
  }

  /** `await using endpoint = ...` closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // ---- messages ----

  /** mnx_send: hands `message` over; waits until the destination takes it. Given up, it is withdrawn. */
  async send(destination: number, message: Outgoing, options?: WaitOptions): Promise<void> {
    await this.pass('send', destination, message, options);
  }

  /** mnx_receive: waits for a message of `source`, or of anybody. Given up, nothing is taken. */
  async receive(source: number = ANY, options?: WaitOptions): Promise<Message> {
    return this.take('receive', source, options);
  }

  /**
   * mnx_sendrec: sends a request and waits for the answer of that process. Given up, or interrupted (EINTR: the whole
   * program was stopped and went on), the request is withdrawn if nobody had taken it; else it counts as abandoned: the
   * server's reply gets EPROCSTS, and what it did stays done.
   */
  async sendrec(destination: number, message: Outgoing, options?: WaitOptions): Promise<Message> {
    return decodeMessage(await this.pass('sendrec', destination, message, options));
  }

  /** mnx_rcvrqst: receives only requests made by sendrec, of anybody. */
  async rcvrqst(options?: WaitOptions): Promise<Message> {
    return this.take('rcvrqst', ANY, options);
  }

  /** mnx_reply: answers a sendrec; never waits. EPROCSTS: nobody waits for it. */
  async reply(client: number, message: Outgoing): Promise<void> {
    await this.pass('reply', client, message, { timeoutMs: 0 });
  }

  /** mnx_relay: hands the request of `message.source`, taken and unanswered, to another server. */
  async relay(server: number, message: Outgoing & Pick<Message, 'source'>): Promise<void> {
    await this.pass('relay', server, message, { timeoutMs: 0 }, message.source);
  }

  /**
   * mnx_replyrec: replies, then receives from anybody. Given up, the reply has been made and nothing is taken. A reply
   * that is refused (EPROCSTS, EDSTDIED) receives nothing.
   */
  async replyrec(client: number, message: Outgoing, options?: WaitOptions): Promise<Message> {
    return decodeMessage(await this.pass('replyrec', client, message, options));
  }

  /** mnx_notify: leaves a notification; never waits. */
  async notify(destination: number): Promise<void> {
    await this.call('notify', 'notify', [OWN_VM, destination, PLAIN, 0, 0]);
  }

  /** mnx_src_notify: the same in the name of process number `source`. Needs level `task`. */
  async srcNotify(source: number, destination: number): Promise<void> {
    await this.call('srcNotify', 'notify', [OWN_VM, destination, BY_SOURCE, source, 0]);
  }

  /** mnx_ntfy_value: and sets bit `value` (0..31) of the argument, which the receiver finds in m9.l1. */
  async ntfyValue(source: number, destination: number, value: number): Promise<void> {
    await this.call('ntfyValue', 'notify', [OWN_VM, destination, BY_VALUE, source, value]);
  }

  /** mnx_hdw_notify: a notification with source HARDWARE. Needs level `system`. */
  async hdwNotify(destination: number): Promise<void> {
    await this.call('hdwNotify', 'notify', [OWN_VM, destination, BY_HARDWARE, 0, 0]);
  }

  /**
   * The server's loop: every message and notification, one after another. It ends when the endpoint is closed or unbound
   * or its VM ends, and when `signal` aborts (the endpoint then stays bound). A wakeup does not end it.
   */
  async *requests({ signal }: Pick<WaitOptions, 'signal'> = {}): AsyncGenerator<Request, void, undefined> {
    for (;;) {
      let message: Message;
      try {
        message = await this.receive(ANY, { signal });
      } catch (error) {
        if (isM3Error(error, 'EWOKENUP')) continue;
        if (signal?.aborted || this.closing || isM3Error(error, 'ENOTBIND', 'EDCNOTRUN', 'EDVSINIT')) return;
        throw error;
      }
      yield new Request(this, message);
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<Request, void, undefined> {
    return this.requests();
  }

  // ---- memory ----

  /**
   * mnx_vcopy: copies once, from the memory of one process to that of another. Buffers must not be transferred meanwhile.
   * Given up, or failed, a prefix may have been copied. Resolves to the bytes copied.
   */
  async vcopy(copy: Copy): Promise<number> {
    return (await this.call('vcopy', 'copy', copyParameters(copy, this.native), copy, copy)) as number;
  }

  /**
   * mnx_grant: lets `to` (an endpoint or ANY) reach a buffer by vcopy while this process waits in a receive or sendrec.
   * The buffer is kept until the grant is revoked, or until the endpoint ends.
   * @throws M3Error EDSTDIED: nobody is there; ERSCBUSY: 256 are made
   */
  async grant(to: number, buffer: Uint8Array, access: GrantAccess): Promise<Grant> {
    const parameters = [to, this.native.addressOf(buffer), BigInt(buffer.length), GRANT_ACCESS[access]];
    const id = (await this.call('grant', 'grant', parameters, {}, buffer)) as number;
    this.granted.set(id, buffer);
    return { id, revoke: () => this.revoke(id) };
  }

  // ---- others ----

  /** mnx_wakeup: ends the receive from anybody of a process of this VM. EPROCRUN: kept for its next. */
  async wakeup(endpoint: number): Promise<void> {
    await this.call('wakeup', 'wakeup', [OWN_VM, endpoint]);
  }

  /** mnx_getpriv: what a process of this VM may do; left out: this one. */
  async privileges(endpoint: number = SELF): Promise<Privileges> {
    return privilegesOf((await this.call('privileges', 'getPrivileges', [OWN_VM, endpoint])) as NativePrivileges);
  }

  /** mnx_setpriv: changes it. Needs level `system`, or the right to manage the VM. */
  async setPrivileges(endpoint: number, privileges: Privileges): Promise<void> {
    await this.call('setPrivileges', 'setPrivileges', [OWN_VM, endpoint, privilegeNumbers(privileges)]);
  }

  /** mnx_wait4bindep: waits until a process of this VM is bound. Resolves to its endpoint. */
  async wait4bindep(endpoint: number, options?: WaitOptions): Promise<number> {
    const parameters = [WAIT_BIND, OWN_VM, endpoint, timeoutOf(options)];
    return ((await this.call('wait4bindep', 'wait', parameters, options)) as Binding).endpoint;
  }

  /** mnx_wait4unbind: waits until a process of this VM is not bound. */
  async wait4unbind(endpoint: number, options?: WaitOptions): Promise<void> {
    await this.call('wait4unbind', 'wait', [WAIT_UNBIND, OWN_VM, endpoint, timeoutOf(options)], options);
  }

  // ---- how ----

  private bound(): Binding {
    if (!this.binding) throw new M3Error('endpoint', ENOTBIND);
    return this.binding;
  }

  private async leave(): Promise<void> {
    await this.thread.giveUp();
    // Its end unbinds it. An unbind call could meet somebody else: the group leader's binding, or the slot's next owner.
    this.thread.close();
    this.granted.clear();
  }

  private async revoke(id: number): Promise<void> {
    try {
      await this.call('revoke', 'revoke', [id]);
    } finally {
      this.granted.delete(id);
    }
  }

  private async take(call: 'receive' | 'rcvrqst', source: number, options?: WaitOptions): Promise<Message> {
    const bytes = Buffer.alloc(MESSAGE_BYTES);
    await this.call(call, call, [source, timeoutOf(options), bytes], options);
    return decodeMessage(bytes);
  }

  /** A call that sends a message; the kernel writes the answer, where there is one, over it. */
  private async pass(
    call: 'send' | 'sendrec' | 'reply' | 'relay' | 'replyrec',
    peer: number,
    message: Outgoing,
    options?: WaitOptions,
    source = 0,
  ): Promise<Buffer> {
    const bytes = encodeMessage(message, source);
    await this.call(call, call, [peer, timeoutOf(options), bytes], options, message.buffers);
    return bytes;
  }

  private call(
    call: string,
    operation: Operation,
    parameters: readonly unknown[],
    { signal }: Pick<WaitOptions, 'signal'> = {},
    keep?: unknown,
  ): Promise<unknown> {
    if (this.closing) return Promise.reject(new M3Error(call, ENOTBIND));
    return this.thread.perform({ call, operation, parameters, signal, keep });
  }
}
