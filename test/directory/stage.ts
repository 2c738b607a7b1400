// SPDX-License-Identifier: Apache-2.0
// One directory of a test, those who follow it, and the proxies between them: all of it ends with the test.
import { afterEach } from '@jest/globals';
import type { SyncOptions } from '@drvs/directory';
import { startSlapd, type SlapdOptions, TestSlapd } from '../support/slapd.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { Follower } from './follower.js';

export interface Stage {
  /** Starts the test's directory. */
  readonly serve: (options?: SlapdOptions) => Promise<TestSlapd>;
  /** Likewise, but does not start it. */
  readonly prepare: (options?: SlapdOptions) => Promise<TestSlapd>;
  /** A proxy before it. */
  readonly openProxy: () => Promise<TcpProxy>;
  readonly follow: (options?: Partial<SyncOptions>) => Follower;
  /** Likewise, once the refresh is stored. */
  readonly followed: (options?: Partial<SyncOptions>) => Promise<Follower>;
}

/** @param defaults of all who follow. To be called outside of tests, once in a file. */
export function useStage(defaults: Partial<SyncOptions> = {}): Stage {
  let slapd: TestSlapd | undefined;
  let followers: Follower[] = [];
  let proxies: TcpProxy[] = [];

  afterEach(async () => {
    await Promise.all(followers.map((follower) => follower.stop()));
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await slapd?.close();
    [slapd, followers, proxies] = [undefined, [], []];
  });

  const served = (): TestSlapd => {
    if (slapd === undefined) throw new Error('serve() or prepare() comes first');
    return slapd;
  };
  const follow = (options: Partial<SyncOptions> = {}): Follower => {
    const follower = new Follower(served(), { ...defaults, ...options }).start();
    followers.push(follower);
    return follower;
  };
  return {
    follow,
    serve: async (options = {}) => (slapd = await startSlapd({ checks: false, ...options })),
    prepare: async (options = {}) => (slapd = await TestSlapd.prepare({ checks: false, ...options })),
    openProxy: async () => {
      const proxy = await TcpProxy.start(served().port);
      proxies.push(proxy);
      return proxy;
    },
    followed: async (options) => {
      const follower = follow(options);
      await follower.current();
      return follower;
    },
  };
}
