/* What a report that is shown to strangers does not say. */
#ifndef DOMAIN_REDACT_H
#define DOMAIN_REDACT_H

/* Names to take out. NULL and "" = nothing of the kind. */
struct redact {
	const char *home, *user, *host;
};

/* TEXT with the home folder as ~, user's and host's name (where they stand alone, in whatever case) as USER and HOST,
 * and every run of 32 or more hex digits, which a token, a key or an id may be, as [hex]. A host's name is taken
 * out in its short form too. Caller frees. */
char *redact(const struct redact *redact, const char *text);

#endif
