// SPDX-License-Identifier: Apache-2.0
// Every request needs a token whose role is enough; what needs none is marked so.
import { Injectable, SetMetadata } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { AUDITED } from '../audit/audited.js';
import { ApiRefusal } from '../common/api-error.js';
import { bearerOf } from '../common/secret.js';
import { ApiTokenStore, ROLES } from './api-token.store.js';
import type { Actor, Role } from './api-token.store.js';
import { OpenRequests } from './open-requests.js';

const NEEDS = 'drvs:needs';

/** The least role that may call this; `nobody` needs no token at all. */
export const Needs = (role: Role | 'nobody'): MethodDecorator & ClassDecorator => SetMetadata(NEEDS, role);

/** A request whose token has been checked. */
export interface ActorRequest extends Request {
  actor?: Actor;
  /** What the audit calls it, where it is a write. */
  auditedAs?: string | undefined;
}

@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: ApiTokenStore,
    private readonly open: OpenRequests,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const handlers = [context.getHandler(), context.getClass()];
    const needed = this.reflector.getAllAndOverride<Role | 'nobody' | undefined>(NEEDS, handlers) ?? 'admin';
    if (needed === 'nobody') return true;
    const request = context.switchToHttp().getRequest<ActorRequest>();
    const token = bearerOf(request.headers.authorization);
    if (token === undefined) {
      throw new ApiRefusal(401, 'TokenMissing', 'the request carries no token', {
        remedy: "Send 'Authorization: Bearer TOKEN'; make a token with 'main.js token create' on the manager's host.",
      });
    }
    const actor = await this.tokens.findActor(token);
    if (actor === undefined) {
      throw new ApiRefusal(401, 'TokenInvalid', 'the token is unknown, revoked or expired', {
        remedy: "Make another with 'main.js token create' on the manager's host.",
      });
    }
    request.actor = actor;
    request.auditedAs = this.reflector.get<string | undefined>(AUDITED, context.getHandler());
    if (ROLES.indexOf(actor.role) < ROLES.indexOf(needed)) {
      throw new ApiRefusal(403, 'RoleInsufficient', `this needs the role ${needed}, the token has ${actor.role}`, {
        remedy: `Ask an administrator for a token with the role ${needed}.`,
      });
    }
    this.open.track(context.switchToHttp().getResponse<Response>(), token);
    return true;
  }
}
