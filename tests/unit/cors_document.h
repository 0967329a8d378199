/* A CORSConfiguration as the tables of the cross-origin suites write it down. */
#ifndef TESTS_UNIT_CORS_DOCUMENT_H
#define TESTS_UNIT_CORS_DOCUMENT_H

#define DOC(rules)    "<CORSConfiguration>" rules "</CORSConfiguration>"
#define RULE(values)  "<CORSRule>" values "</CORSRule>"
#define ID(text)      "<ID>" text "</ID>"
#define ORIGIN(text)  "<AllowedOrigin>" text "</AllowedOrigin>"
#define METHOD(text)  "<AllowedMethod>" text "</AllowedMethod>"
#define HEADER(text)  "<AllowedHeader>" text "</AllowedHeader>"
#define EXPOSE(text)  "<ExposeHeader>" text "</ExposeHeader>"
#define MAX_AGE(text) "<MaxAgeSeconds>" text "</MaxAgeSeconds>"

#endif
