/* What the parts of xml.h share. */
#ifndef COMMON_XML_PRIVATE_H
#define COMMON_XML_PRIVATE_H

#include "common/xml.h"

/* What a document is refused for before it is parsed; NULL: nothing. It is the document's rest *at that begins with it. */
const char *xml_look_over(struct slice document, struct slice *at);

/* The number of the line on which `rest`, the end of the document, begins. */
unsigned xml_line_of(struct slice document, struct slice rest);

/* White space as XML 1.0 has it. */
bool xml_is_white(char c);
bool xml_all_white(struct slice text);
struct slice xml_skip_white(struct slice text);

#endif
