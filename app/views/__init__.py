"""Pictures and tables of plan documents: pure functions, no Streamlit.

>>> from app.views import text
>>> text.kg(313255.52)
'313,000 kg CO₂e'
"""
