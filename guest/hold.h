/* hold: the machine's workload while the agent's commands come and go. */
#ifndef GUEST_HOLD_H
#define GUEST_HOLD_H

/* Returns on SIGTERM or SIGINT; reaps children until then. */
void hold(void);

#endif
