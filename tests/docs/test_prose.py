"""What the checks of the pages read out of a page."""

from __future__ import annotations

from devtools.prose import Block, anchors, blocks, command_lines, links, named_commands, words

PAGE = """\
# A page: *one*, `two`

See [the other](other.md#part) and `[no](link.md)`. Run `ownplug plugs`, or `ownplug timer …`.

```sh
make run
$ ownplug toggle kettle   # and back
ownplug plugs --json | head
```

```text
[neither](link.md) # no heading
```
"""


def test_blocks_keep_their_language() -> None:
    assert [block.language for block in blocks(PAGE)] == ["sh", "text"]
    assert blocks(PAGE)[1] == Block(language="text", text="[neither](link.md) # no heading\n")


def test_a_link_in_code_is_no_link() -> None:
    assert links(PAGE) == ["other.md#part"]


def test_headings_become_the_anchors_that_github_makes() -> None:
    assert anchors(PAGE) == {"a-page-one-two"}


def test_commands_are_found_in_blocks_without_prompt_comment_and_pipe() -> None:
    assert command_lines(PAGE) == ["ownplug toggle kettle", "ownplug plugs --json"]


def test_commands_are_found_in_the_text_unless_a_group_is_named() -> None:
    assert named_commands(PAGE) == ["ownplug plugs"]


def test_a_command_is_split_as_a_shell_does() -> None:
    assert words("ownplug plugs rename kettle 'new kettle'") == ["plugs", "rename", "kettle", "new kettle"]
