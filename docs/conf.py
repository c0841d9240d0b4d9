"""The documentation site: the Markdown pages of docs/ and of the root, with every link checked (`make docs`)."""

from pygments.lexers.special import TextLexer
from sphinx.highlighting import lexers

project = "Testdesk"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md", "examples/*.md"]
exclude_patterns = [".*", "build", "dist", "server", "tests", "tools"]  # the folders are not searched
myst_heading_anchors = 4
nitpicky = True
html_theme = "furo"
html_title = "Testdesk"
html_extra_path = ["site"]
html_copy_source = False
html_show_copyright = False

lexers["mermaid"] = TextLexer()  # repository hosts draw the diagrams; the site shows their text, and loads no script
