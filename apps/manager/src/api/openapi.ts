// SPDX-License-Identifier: Apache-2.0
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { OPERATION_DETAILS, TAGS } from './operation-details.js';
import { componentSchemas } from './schemas.js';

/** The OpenAPI 3 document of the API. */
export function buildOpenApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('DRVS manager')
    .setDescription('Nodes, VMs and processes of a Distributed Resources Virtualization System: desired beside actual.')
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'The manager that answers')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API token: main.js token create' })
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
  });
  for (const path of Object.values(document.paths)) {
    for (const operation of [path.get, path.post]) {
      const details = OPERATION_DETAILS[operation?.operationId ?? ''];
      if (operation !== undefined && details !== undefined) operation.description = details;
    }
  }
  const tags = Object.entries(TAGS).map(([name, description]) => ({ name, description }));
  return { ...document, tags, components: { ...document.components, schemas: componentSchemas() } };
}
