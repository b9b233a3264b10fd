"""Two faces on one workflow: Streamlit pages for planners, a command line for scripts.

>>> from app.settings import read_settings
>>> read_settings({}).output_dir
'out'
"""
