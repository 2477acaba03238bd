"""What makes companies comparable: common departments, states, price levels of shared products."""
