# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds texts with low contrast by WCAG 2.2: below 4.5, or 3 for large text."""

from __future__ import annotations

from typing import cast

from playwright.sync_api import Page

# A canvas converts any CSS colour to numbers.
_FIND_WEAK = """
() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const numbers = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((one) => one / 255)
      .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = numbers(getComputedStyle(one).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return numbers(matchMedia('(prefers-color-scheme: dark)').matches ? '#121212' : 'white');
  };
  const weak = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
    if (['SCRIPT', 'OPTION', 'title'].includes(element.tagName)) continue;
    seen += 1;
    const style = getComputedStyle(element);
    const [one, other] = [light(numbers(style.color)), light(ground(element))].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const contrast = (one + 0.05) / (other + 0.05);
    if (contrast < (isLarge ? 3 : 4.5)) weak.push(`${contrast.toFixed(2)}: ${texts.currentNode.data.trim()}`);
  }
  return seen > 50 ? weak : [`only ${seen} texts were seen`];
}
"""


def weak_texts(page: Page) -> list[str]:
    """Return the visible texts whose contrast is too low, each after its contrast."""
    return cast("list[str]", page.evaluate(_FIND_WEAK))
