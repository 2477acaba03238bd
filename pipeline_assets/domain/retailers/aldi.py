"""Aldi: its rows can have a second picture."""

from pipeline_assets.domain.retailers._retailer import Retailer

RETAILER = Retailer(company="aldi", image_key="aldi_image_url")
