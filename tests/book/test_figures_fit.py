"""Every picture of every page as drawn: on a phone whole and legible, on a desk no smaller than it may be."""

DRAWN = """() => [...document.querySelectorAll(".rnn-figure")].map((box) => {
  const svgs = [...box.querySelectorAll("svg")], across = svgs.map((svg) => svg.getBoundingClientRect());
  const scale = (svg) => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  const size = (text) => parseFloat(text.style.fontSize);
  const letters = (svg) => [...svg.querySelectorAll("text")].filter((text) => text.textContent.trim());
  const sizes = svgs.flatMap((svg) => letters(svg).map((text) => size(text) * scale(svg)));
  const cut = svgs.flatMap((svg, i) => letters(svg).filter((text) => {
    const {left, right, top, bottom} = text.getBoundingClientRect(), frame = across[i];
    const {left: start, right: end} = frame;
    return left < start - 2 || right > end + 2 || top < frame.top - 3 || bottom > frame.bottom + 3;
  }).map((text) => text.textContent));
  const {left, width} = box.getBoundingClientRect();
  return {
    says: box.querySelector("[aria-label]").getAttribute("aria-label").slice(0, 60),
    hidden: box.scrollWidth - box.clientWidth, smallest: Math.min(...sizes), cut,
    filled: (Math.max(...across.map((frame) => frame.right)) - left) / width,
  };
})"""
UNFOLD = "document.querySelectorAll('details').forEach((folded) => { folded.open = true; })"


def drawn(visit, name, width):
    page = visit(name, viewport={"width": width, "height": 900})
    page.add_style_tag(content="* { content-visibility: visible !important; }")
    page.evaluate(UNFOLD)
    return page.evaluate(DRAWN)


def test_a_phone_shows_every_panel_with_letters_of_11_pixels(visit, name):
    for picture in drawn(visit, name, 390):
        assert picture["hidden"] <= 1, picture
        assert picture["smallest"] >= 11, picture
        assert picture["cut"] == [], picture


def test_a_desk_leaves_no_more_than_a_third_of_a_pictures_column_empty(visit, name):
    for picture in drawn(visit, name, 1440):
        assert picture["filled"] >= 2 / 3, picture
        assert picture["cut"] == [], picture
