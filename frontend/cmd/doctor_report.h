/* The report that a user can show to strangers. */
#ifndef CMD_DOCTOR_REPORT_H
#define CMD_DOCTOR_REPORT_H

struct doctor;
struct error;

/* Writes versions, findings and settings to PATH, mode 0600 (NULL = standard output), redacted (redact.h). No part of
 * the environment is in it. */
int doctor_report(const struct doctor *doctor, const char *path, struct error *err);

#endif
