/* SPDX-License-Identifier: Apache-2.0 */
/* Writing one traced event, for people or for programs. */
#ifndef M3_TOOL_TELL_H
#define M3_TOOL_TELL_H

#include "said.h"

void tell_head(void);
void tell_text(const struct said *said);
/* One object, one line. */
void tell_json(const struct said *said);

#endif
